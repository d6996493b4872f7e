package org.weft.tools.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.crypto.NodeKey;
import org.weft.crypto.Sha256Tree;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.ticket.NetworkId;
import org.weft.shard.manifest.Manifest;
import org.weft.shard.manifest.ModelId;
import org.weft.shard.model.KvType;

/** What was opened already when a later part does not open. */
class PartsThatFailTest {
  private final OurThreads threads = new OurThreads();

  @Test
  void shouldCloseBlocksAndThreadsWhenTheCacheCannotBeMade() throws Exception {
    try (OpenModel open = DemoModel.open()) {
      OpenModel broken = DemoModel.withoutContext(open);
      Closing closing = new Closing();
      assertThrows(
          IllegalArgumentException.class,
          () -> InProcessBackend.load(closing, broken, 2, KvType.F16, Progress.none()));
      assertEquals(2, closing.size(), "the threads and the blocks");
      closing.close();
      threads.awaitEnded();
      assertThrows(
          IllegalArgumentException.class,
          () -> InProcessBackend.load(broken, 2, KvType.F16, Progress.none()));
      threads.awaitEnded();
    }
  }

  @Test
  void shouldCloseTimersAndTransportWhenTheModelIsRefused() throws Exception {
    try (OpenModel open = DemoModel.open()) {
      ModelId model = Manifest.of(open.file(), Sha256Tree::root, (done, total) -> {}).id();
      NodeException refused =
          assertThrows(
              NodeException.class,
              () ->
                  SwarmBackend.join(
                      DemoModel.withoutContext(open),
                      model,
                      NodeKey.generate(new SecureRandom()),
                      NetworkId.named("parts"),
                      List.of(),
                      KvType.F16));
      assertEquals(NodeError.ARGUMENT, refused.error());
      threads.awaitEnded();
    }
  }
}
