package org.weft.crypto;

/**
 * What a signature is for: its tag is signed before the payload, so that no signature serves two
 * purposes.
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
}
