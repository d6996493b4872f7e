package org.weft.protocol;

import org.weft.protocol.v1.FaultCode;

/** Bytes that break the protocol; the code is what crosses the wire. */
public final class ProtocolException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final FaultCode code;

  public ProtocolException(FaultCode code, String message) {
    super(message);
    this.code = code;
  }

  public FaultCode code() {
    return code;
  }
}
