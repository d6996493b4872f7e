package org.weft.node.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.weft.shard.model.KvType;

final class BlockServerConfigTest {
  @Test
  void shouldWaitAsLongAsTheDesignSaysByDefault() {
    BlockServerConfig config = BlockServerConfig.defaults();
    assertEquals(Duration.ofSeconds(30), config.waits().lease());
    assertEquals(Duration.ofSeconds(10), config.waits().firstStep());
    assertEquals(Duration.ofMinutes(2), config.waits().announced());
    assertEquals(KvType.F16, config.kvType());
    assertEquals(256, config.batchRows());
    assertEquals(16, config.decodeRows());
  }

  @Test
  void shouldChangeOneThingAtATime() {
    BlockServerConfig config =
        BlockServerConfig.defaults().withKvType(KvType.Q8_0).withMaxLength(77);
    assertEquals(KvType.Q8_0, config.kvType());
    assertEquals(77, config.maxLength());
    assertEquals(BlockServerConfig.defaults().caps(), config.caps());
    assertEquals(BlockServerConfig.defaults().waits(), config.waits());
  }

  @Test
  void shouldRefuseWhatCannotWork() {
    assertThrows(
        IllegalArgumentException.class, () -> BlockServerConfig.defaults().withMaxLength(0));
    BlockServerConfig.Caps caps = BlockServerConfig.Caps.defaults();
    BlockServerConfig.Waits waits = BlockServerConfig.Waits.defaults();
    assertThrows(
        IllegalArgumentException.class,
        () -> new BlockServerConfig(KvType.F16, 10, 4, 5, caps, waits));
    assertThrows(
        IllegalArgumentException.class,
        () -> new BlockServerConfig.Caps(0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1));
    Duration one = Duration.ofSeconds(1);
    assertThrows(
        IllegalArgumentException.class,
        () -> new BlockServerConfig.Waits(Duration.ZERO, one, one, one, one, one));
    assertThrows(
        IllegalArgumentException.class,
        () -> new BlockServerConfig.Waits(one, one, Duration.ZERO, one, one, one));
  }
}
