package org.weft.node.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.weft.node.NodeError;
import org.weft.node.NodeException;

final class GatewayConfigTest {
  private static final GatewayConfig USUAL = GatewayConfig.loopback(8080);

  @Test
  void shouldListenToThisMachineAloneByDefault() {
    GatewayConfig.Caps caps = new GatewayConfig.Caps(32, 256, 16 << 20, 64L << 20, 4096);
    GatewayConfig.Waits waits =
        new GatewayConfig.Waits(
            Duration.ofMinutes(5),
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            Duration.ofSeconds(2));
    assertEquals(new GatewayConfig("127.0.0.1", 8080, List.of(), List.of(), caps, waits), USUAL);
  }

  /** The usual one but for its caps. */
  private static GatewayConfig capped(GatewayConfig.Caps caps) {
    return new GatewayConfig("127.0.0.1", 8080, List.of(), List.of(), caps, USUAL.waits());
  }

  @Test
  void shouldChangeOneThingAtATime() {
    GatewayConfig.Caps caps = USUAL.caps();
    GatewayConfig.Waits waits = USUAL.waits();
    assertEquals(
        new GatewayConfig("::", 8080, List.of(), List.of(), caps, waits), USUAL.withHost("::"));
    assertEquals(
        new GatewayConfig("127.0.0.1", 8080, List.of("sk"), List.of(), caps, waits),
        USUAL.withApiKeys(List.of("sk")));
    assertEquals(
        new GatewayConfig("127.0.0.1", 8080, List.of(), List.of("*"), caps, waits),
        USUAL.withCorsOrigins(List.of("*")));
    assertEquals(
        capped(
            new GatewayConfig.Caps(
                3, 4, caps.bodyBytes(), caps.allBodiesBytes(), caps.connections())),
        USUAL.withConcurrency(3, 4));
    assertEquals(
        capped(new GatewayConfig.Caps(caps.active(), caps.queued(), 5, 6, caps.connections())),
        USUAL.withBodyBytes(5, 6));
    assertEquals(
        new GatewayConfig(
            "127.0.0.1",
            8080,
            List.of(),
            List.of(),
            caps,
            new GatewayConfig.Waits(
                waits.queue(), Duration.ofSeconds(1), Duration.ofSeconds(9), waits.drain())),
        USUAL.withWaits(Duration.ofSeconds(1), Duration.ofSeconds(9)));
  }

  @Test
  void shouldKeepItsKeysWhenTheListThatItCameFromChanges() {
    List<String> keys = new ArrayList<>(List.of("sk"));
    GatewayConfig config = USUAL.withApiKeys(keys);
    keys.clear();
    assertEquals(List.of("sk"), config.apiKeys());
  }

  @Test
  void shouldRefuseWhatCannotWork() {
    Duration one = Duration.ofSeconds(1);
    List<Executable> wrong =
        List.of(
            () -> USUAL.withApiKeys(List.of("sk", " ")),
            () -> USUAL.withCorsOrigins(List.of("*", "")),
            () -> new GatewayConfig.Caps(0, 1, 1, 1, 1),
            () -> new GatewayConfig.Caps(1, -1, 1, 1, 1),
            () -> new GatewayConfig.Caps(1, 1, 0, 1, 1),
            () -> new GatewayConfig.Caps(1, 1, 1, 1, 0),
            () -> new GatewayConfig.Caps(1, 1, 2, 1, 1),
            () -> new GatewayConfig.Waits(one.negated(), one, one, one),
            () -> new GatewayConfig.Waits(one, Duration.ZERO, one, one),
            () -> new GatewayConfig.Waits(one, one, Duration.ZERO, one),
            () -> new GatewayConfig.Waits(one, one, one, one.negated()));
    wrong.forEach(
        each -> assertEquals(NodeError.ARGUMENT, assertThrows(NodeException.class, each).error()));
  }
}
