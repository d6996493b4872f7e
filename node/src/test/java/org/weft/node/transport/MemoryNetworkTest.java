package org.weft.node.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.Probe;

class MemoryNetworkTest {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final NodeId A = NodeKey.generate(new SecureRandom()).id();
  private static final NodeId B = NodeKey.generate(new SecureRandom()).id();

  private final MemoryNetwork net = new MemoryNetwork();
  private final RecordingService service = new RecordingService();
  private final Transport a = net.join(A);
  private final Transport b = net.join(B, service, service);
  private final RecordingListener heard = new RecordingListener();

  private ChainStream open() throws InterruptedException {
    ChainStream stream = a.chain(MemoryNetwork.address(B), heard.chain());
    assertEquals("chain " + A, service.event());
    return stream;
  }

  @Test
  void shouldCarryFramesBothWaysInOrder() throws Exception {
    ChainStream stream = open();
    for (int i = 0; i < 100; i++) {
      stream.send(RecordingService.step(i, 10));
    }
    for (int i = 0; i < 100; i++) {
      assertEquals(i, heard.echo());
      assertEquals("step " + i, service.event());
    }
    stream.cancel();
    assertEquals("ended", service.event());
    assertEquals(NodeError.CLOSED, heard.end().failure().error());
    assertEquals(0, net.streams());
  }

  @Test
  void shouldHoldFramesBackWhenCutAndDeliverThemWhenHealed() throws Exception {
    ChainStream stream = open();
    net.cut(A, B);
    stream.send(RecordingService.step(1, 10));
    stream.send(RecordingService.step(2, 10));
    assertEquals(2, net.waiting());
    assertThrows(
        NodeException.class,
        () -> a.ask(MemoryNetwork.address(B), Probe.getDefaultInstance(), DEADLINE));
    net.heal(A, B);
    assertEquals(1, heard.echo());
    assertEquals(2, heard.echo());
    assertFalse(heard.over());
  }

  @Test
  void shouldEndBothSidesWhenSeveredAndDialAgainWhenHealed() throws Exception {
    open();
    net.sever(A, B);
    assertEquals(NodeError.UNREACHABLE, heard.end().failure().error());
    assertEquals("ended", service.event());
    RecordingListener again = new RecordingListener();
    a.chain(MemoryNetwork.address(B), again.chain());
    assertEquals(NodeError.UNREACHABLE, again.end().failure().error());
    net.heal(A, B);
    a.chain(MemoryNetwork.address(B), new RecordingListener().chain());
    assertEquals("chain " + A, service.event());
  }

  @Test
  void shouldEndOthersStreamsAndHearNothingMoreWhenKilled() throws Exception {
    open();
    net.kill(B);
    assertEquals(NodeError.UNREACHABLE, heard.end().failure().error());
    RecordingService reborn = new RecordingService();
    net.join(B, reborn, reborn);
    a.chain(MemoryNetwork.address(B), new RecordingListener().chain());
    assertEquals("chain " + A, reborn.event());
    assertEquals(0, service.events.size());
    b.close(); // the dead node's transport takes nobody else with it
    assertEquals(1, net.streams());
  }

  @Test
  void shouldDeliverStepByStepWhenHeld() throws Exception {
    ChainStream stream = open();
    net.hold();
    stream.send(RecordingService.step(1, 10));
    stream.send(RecordingService.step(2, 10));
    assertEquals(1, net.release(1));
    assertEquals("step 1", service.event());
    assertEquals(0, heard.ups.size());
    net.resume();
    assertEquals("step 2", service.event());
    assertEquals(1, heard.echo());
    assertEquals(2, heard.echo());
  }

  @Test
  void shouldWakeWithWhatWaitedWhenThawed() throws Exception {
    ChainStream stream = open();
    net.freeze(B);
    stream.send(RecordingService.step(1, 10));
    assertEquals(1, net.waiting());
    net.thaw(B);
    assertEquals(1, heard.echo());
  }

  @Test
  void shouldFailWithDeadlineWhenListenerTakesNothing() throws Exception {
    MemoryNetwork impatient = new MemoryNetwork(Duration.ofMillis(50));
    RecordingService slow = new RecordingService();
    slow.waitsBeforeEachFrame = true;
    impatient.join(B, slow, slow);
    ChainStream stream = impatient.join(A).chain(MemoryNetwork.address(B), heard.chain());
    for (int i = 0; i < 40 && !heard.over(); i++) {
      stream.send(RecordingService.step(i, 10));
    }
    assertEquals(NodeError.DEADLINE, heard.end().failure().error());
    for (int i = 0; i < 40; i++) {
      slow.go.add("on");
    }
  }

  @Test
  void shouldCarryRefusalsAndTheEndsOfCollectStreams() throws Exception {
    a.gather(MemoryNetwork.address(B), Collect.newBuilder().setEpoch(13).build(), heard.gather());
    assertEquals(NodeError.TICKET, heard.end().failure().error());
    RecordingListener second = new RecordingListener();
    a.gather(MemoryNetwork.address(B), Collect.newBuilder().setEpoch(4).build(), second.gather());
    assertEquals("gather " + A, service.event());
    Objects.requireNonNull(service.gathering.poll(20, TimeUnit.SECONDS)).finish();
    assertNull(second.end().cause());
    assertEquals("gone", service.event());
    NodeException refused =
        assertThrows(
            NodeException.class,
            () ->
                a.ask(
                    MemoryNetwork.address(B),
                    Probe.newBuilder().setSessionId(RecordingService.REFUSED).build(),
                    DEADLINE));
    assertEquals(NodeError.OUT_OF_CACHE, refused.error());
    assertEquals(250, refused.retryMillis());
  }
}
