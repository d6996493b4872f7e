package org.weft.crypto;

import java.nio.charset.StandardCharsets;

/**
 * What a signature is for: its tag is signed before the payload, so that no signature serves two
 * purposes. No tag is the beginning of another.
 */
public enum Domain {
  PEER_RECORD("weft-peer-record:"),
  TICKET("weft-ticket:"),
  RECEIPT("weft-receipt:"),
  ADMISSION("weft-admission:");

  private final String tag;

  Domain(String tag) {
    this.tag = tag;
  }

  public String tag() {
    return tag;
  }

  /** What is signed: the tag's ASCII bytes, then the payload. */
  byte[] message(byte[] payload) {
    byte[] prefix = tag.getBytes(StandardCharsets.US_ASCII);
    byte[] message = new byte[prefix.length + payload.length];
    System.arraycopy(prefix, 0, message, 0, prefix.length);
    System.arraycopy(payload, 0, message, prefix.length, payload.length);
    return message;
  }
}
