package org.weft.node;

import org.weft.protocol.v1.FaultCode;
import org.weft.shard.ShardError;

/** The modules' own error codes to wire codes and back, exhaustively. */
public final class FaultCodes {
  public static FaultCode of(NodeError error) {
    throw new UnsupportedOperationException("skeleton");
  }

  public static FaultCode of(ShardError error) {
    throw new UnsupportedOperationException("skeleton");
  }

  public static NodeError error(FaultCode code) {
    throw new UnsupportedOperationException("skeleton");
  }

  private FaultCodes() {}
}
