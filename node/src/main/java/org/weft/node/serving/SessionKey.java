package org.weft.node.serving;

import com.google.protobuf.ByteString;
import java.util.Optional;
import org.weft.crypto.NodeId;
import org.weft.node.ticket.SessionId;
import org.weft.protocol.v1.BlockRange;
import org.weft.shard.model.Span;

/** By what a hop knows a session: another gateway's, or another span of it, is another session. */
record SessionKey(NodeId gateway, SessionId session, Span span) {
  private static final int GATEWAY_BYTES = 32;
  private static final int SESSION_BYTES = 16;

  /** Of a peer's bytes; empty where they name nothing. */
  static Optional<SessionKey> of(ByteString gateway, ByteString session, BlockRange range) {
    if (gateway.size() != GATEWAY_BYTES
        || session.size() != SESSION_BYTES
        || range.getStart() < 0
        || range.getEnd() <= range.getStart()) {
      return Optional.empty();
    }
    return Optional.of(
        new SessionKey(
            NodeId.of(gateway.toByteArray()),
            SessionId.of(session.toByteArray()),
            new Span(range.getStart(), range.getEnd())));
  }

  boolean belongsTo(ByteString gatewayBytes, ByteString sessionBytes) {
    return ByteString.copyFrom(gateway.bytes()).equals(gatewayBytes)
        && ByteString.copyFrom(session.bytes()).equals(sessionBytes);
  }
}
