package org.weft.node.serving;

import com.google.protobuf.ByteString;
import java.util.Optional;
import org.weft.crypto.NodeId;
import org.weft.node.ticket.SessionId;
import org.weft.protocol.v1.BlockRange;
import org.weft.protocol.v1.Close;
import org.weft.shard.model.Span;

/** By what a hop knows a session: another gateway's, or another span of it, is another session. */
record SessionKey(NodeId gateway, SessionId session, Span span) {
  boolean isNamedBy(Close close) {
    return close.getSessionId().equals(ByteString.copyFrom(session.bytes()))
        && close.getGateway().equals(ByteString.copyFrom(gateway.bytes()));
  }

  Close close(long epoch) {
    return Close.newBuilder()
        .setSessionId(ByteString.copyFrom(session.bytes()))
        .setGateway(ByteString.copyFrom(gateway.bytes()))
        .setEpoch(epoch)
        .build();
  }

  /** Of a peer's bytes; empty where they name nothing. */
  static Optional<SessionKey> of(ByteString gateway, ByteString session, BlockRange range) {
    if (gateway.size() != NodeId.BYTES
        || session.size() != SessionId.BYTES
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
}
