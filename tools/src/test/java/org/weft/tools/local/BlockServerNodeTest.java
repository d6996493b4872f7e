package org.weft.tools.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.crypto.NodeKey;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.session.InferenceSession;
import org.weft.node.session.InferenceSession.Rows;
import org.weft.node.ticket.NetworkId;
import org.weft.node.ticket.PeerAddress;
import org.weft.shard.model.KvType;
import org.weft.shard.model.Span;

/** Real block servers in this process, over real sockets. */
class BlockServerNodeTest {
  private static final NetworkId NETWORK = NetworkId.named("block-server-node");
  private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);

  @TempDir Path home;

  private BlockServerNode start(OpenModel open, int from, int to, List<PeerAddress> join) {
    return BlockServerNode.start(
        new BlockServerNode.Settings(
            open.path(),
            Optional.of(new Span(from, to)),
            1,
            KvType.F16,
            Optional.of(128L),
            ANY_PORT,
            Optional.empty(),
            ANY_PORT,
            NETWORK,
            join,
            Optional.empty()),
        NodeKey.generate(new SecureRandom()),
        new WeftHome(home).created(),
        Progress.none());
  }

  private static void leave(BlockServerNode node) {
    node.close();
  }

  private static NodeException failure(InferenceSession session, int from) {
    return assertThrows(
        NodeException.class,
        () -> {
          for (int position = from; position < session.maxLength(); position++) {
            session.step(position, 1, Rows.LAST);
          }
        });
  }

  @Test
  void shouldTellTheGatewayThatItLeavesWhenClosed() {
    try (OpenModel open = DemoModel.open()) {
      int half = open.config().blocks() / 2;
      try (BlockServerNode front = start(open, 0, half, List.of());
          BlockServerNode back =
              start(open, half, open.config().blocks(), List.of(front.address()));
          SwarmBackend gateway =
              SwarmBackend.join(
                  open,
                  front.modelId(),
                  NodeKey.generate(new SecureRandom()),
                  NETWORK,
                  List.of(front.address(), back.address()),
                  KvType.F16);
          InferenceSession session =
              gateway.sessions().open(64, (position, count, into) -> into.fill((byte) 0))) {
        MemorySegment row = session.step(0, 2, Rows.LAST);
        assertEquals(4L * open.config().width(), row.byteSize());
        leave(back);
        NodeException told = failure(session, 2);
        assertEquals(NodeError.DRAINING, told.error(), told::toString);
      }
    }
  }
}
