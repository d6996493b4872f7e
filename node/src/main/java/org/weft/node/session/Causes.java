package org.weft.node.session;

import org.weft.node.FaultCodes;
import org.weft.node.NodeException;
import org.weft.protocol.ProtocolException;
import org.weft.shard.ShardException;

/** What other modules refuse, in this module's codes. */
final class Causes {
  static NodeException of(ShardException cause) {
    return new NodeException(
        FaultCodes.error(FaultCodes.of(cause.error())), String.valueOf(cause.getMessage()));
  }

  static NodeException of(ProtocolException cause) {
    return new NodeException(FaultCodes.error(cause.code()), String.valueOf(cause.getMessage()));
  }

  private Causes() {}
}
