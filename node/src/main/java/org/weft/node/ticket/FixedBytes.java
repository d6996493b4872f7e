package org.weft.node.ticket;

import java.util.Arrays;
import java.util.HexFormat;
import org.weft.node.NodeError;
import org.weft.node.NodeException;

/** An id of as many bytes as its kind has. Immutable; equal to another of its kind and bytes. */
abstract sealed class FixedBytes permits NetworkId, SessionId {
  private final byte[] bytes;

  /** PROTOCOL, naming {@code what}, where there are not {@code length} bytes. */
  FixedBytes(String what, int length, byte[] bytes) {
    if (bytes.length != length) {
      throw new NodeException(
          NodeError.PROTOCOL,
          "A " + what + " has " + length + " bytes, and here are " + bytes.length + ".");
    }
    this.bytes = bytes.clone();
  }

  /** A fresh copy. */
  public final byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public final boolean equals(Object other) {
    return other instanceof FixedBytes that
        && getClass() == that.getClass()
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public final int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Hex. */
  @Override
  public final String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
