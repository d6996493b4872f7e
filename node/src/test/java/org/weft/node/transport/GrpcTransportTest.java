package org.weft.node.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.weft.node.transport.Loopback.DEADLINE;

import com.google.protobuf.ByteString;
import io.netty.handler.ssl.SslProvider;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.ticket.PeerAddress;
import org.weft.protocol.v1.Close;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.ExchangeRequest;
import org.weft.protocol.v1.Probe;
import org.weft.protocol.v1.Signed;

class GrpcTransportTest {
  private final Loopback loopback = new Loopback();
  private final RecordingListener heard = new RecordingListener();

  @AfterEach
  void close() {
    loopback.close();
  }

  @ParameterizedTest
  @CsvSource({"OPENSSL,OPENSSL", "JDK,JDK", "OPENSSL,JDK", "JDK,OPENSSL"})
  void shouldCarryEverythingBetweenProvenPeers(SslProvider server, SslProvider client)
      throws Exception {
    loopback.start(TransportConfig.loopback(), server, client);
    PeerAddress peer = loopback.address();
    ChainStream stream = loopback.client().chain(peer, heard.chain());
    for (int i = 0; i < 10; i++) {
      stream.send(RecordingService.step(i, 2300));
    }
    assertEquals("chain " + loopback.client().self(), loopback.service.event());
    for (int i = 0; i < 10; i++) {
      assertEquals("step " + i, loopback.service.event());
      assertEquals(i, heard.echo());
    }
    assertTrue(loopback.client().ask(peer, Probe.getDefaultInstance(), DEADLINE).getKnown());
    Close close = Close.newBuilder().setEpoch(7).build();
    assertEquals(7, loopback.client().end(peer, close, DEADLINE).getPositions());
    Signed record = Signed.newBuilder().setPayload(ByteString.copyFromUtf8("r")).build();
    ExchangeRequest request = ExchangeRequest.newBuilder().addRecords(record).build();
    assertEquals(record, loopback.client().exchange(peer, request, DEADLINE).getRecords(0));
    assertEquals("exchange " + loopback.client().self(), loopback.service.event());
    assertTrue(loopback.client().ping(peer, DEADLINE).isPositive());
  }

  @Test
  void shouldStreamResultsToACollector() throws Exception {
    loopback.start();
    Collect request = Collect.newBuilder().setEpoch(4).build();
    loopback.client().gather(loopback.address(), request, heard.gather());
    assertEquals("gather " + loopback.client().self(), loopback.service.event());
    assertEquals(
        4,
        Objects.requireNonNull(heard.collected.poll(20, TimeUnit.SECONDS))
            .getCollecting()
            .getEpoch());
    Objects.requireNonNull(loopback.service.gathering.poll(20, TimeUnit.SECONDS)).finish();
    assertNull(heard.end().cause());
    assertEquals("gone", loopback.service.event());
  }

  @Test
  void shouldTellTheTailWhenTheCollectorCancels() throws Exception {
    loopback.start();
    GatherStream stream =
        loopback.client().gather(loopback.address(), Collect.getDefaultInstance(), heard.gather());
    assertEquals("gather " + loopback.client().self(), loopback.service.event());
    stream.cancel();
    assertEquals("gone", loopback.service.event());
    assertEquals(NodeError.CLOSED, heard.end().failure().error());
  }

  @Test
  void shouldTellTheOtherSideWhenCancelled() throws Exception {
    loopback.start();
    ChainStream stream = loopback.openChain(heard);
    stream.cancel();
    assertEquals("ended", loopback.service.event());
    assertEquals(NodeError.CLOSED, heard.end().failure().error());
    stream.send(RecordingService.step(1, 1)); // dropped
  }

  @Test
  void shouldEndInOrderWhenTheServerFinishes() throws Exception {
    loopback.start();
    loopback.openChain(heard);
    var out = Objects.requireNonNull(loopback.service.opened.poll(20, TimeUnit.SECONDS));
    out.send(RecordingService.echo(9));
    out.finish();
    assertEquals(9, heard.echo());
    assertNull(heard.end().cause());
    assertEquals("ended", loopback.service.event());
    out.send(RecordingService.echo(10)); // dropped
    out.finish();
  }

  @Test
  void shouldCarryTheReasonWhenAServiceRefuses() throws Exception {
    loopback.start();
    Probe refused = Probe.newBuilder().setSessionId(RecordingService.REFUSED).build();
    NodeException e =
        assertThrows(
            NodeException.class,
            () -> loopback.client().ask(loopback.address(), refused, DEADLINE));
    assertEquals(NodeError.OUT_OF_CACHE, e.error());
    assertEquals("There is no room.", e.getMessage());
    assertEquals(250, e.retryMillis());
    assertFalse(e.permanent());
    ChainStream stream = loopback.openChain(heard);
    stream.send(Down.newBuilder().setClose(Close.getDefaultInstance()).build());
    assertEquals(NodeError.OUT_OF_CACHE, heard.end().failure().error());
    assertEquals(70, heard.end().failure().retryMillis());
    assertEquals("ended", loopback.service.event());
    RecordingListener collector = new RecordingListener();
    Collect forbidden = Collect.newBuilder().setEpoch(13).build();
    loopback.client().gather(loopback.address(), forbidden, collector.gather());
    assertEquals(NodeError.TICKET, collector.end().failure().error());
  }

  @Test
  void shouldTellNothingOfItsInsidesWhenAServiceHasABug() throws Exception {
    loopback.start();
    Probe broken = Probe.newBuilder().setSessionId(RecordingService.BROKEN).build();
    NodeException e =
        assertThrows(
            NodeException.class, () -> loopback.client().ask(loopback.address(), broken, DEADLINE));
    assertEquals(NodeError.INTERNAL, e.error());
    assertFalse(String.valueOf(e.getMessage()).contains("secret"));
    ChainStream stream = loopback.openChain(heard);
    stream.send(Down.newBuilder().setProbe(Probe.getDefaultInstance()).build());
    NodeException cause = heard.end().failure();
    assertEquals(NodeError.INTERNAL, cause.error());
    assertFalse(String.valueOf(cause.getMessage()).contains("secret"));
  }

  @Test
  void shouldEndWithDeadlineWhenACallIsNotAnswered() throws Exception {
    loopback.start();
    loopback.client().ping(loopback.address(), DEADLINE);
    Probe slow = Probe.newBuilder().setSessionId(RecordingService.SLOW).build();
    NodeException e =
        assertThrows(
            NodeException.class,
            () -> loopback.client().ask(loopback.address(), slow, Duration.ofMillis(100)));
    assertEquals(NodeError.DEADLINE, e.error());
    loopback.service.go.add("on");
  }

  @Test
  void shouldEndStreamsWhenThePeerIsGoneAndDialAgainWhenItIsBack() throws Exception {
    loopback.start();
    loopback.openChain(heard);
    int port = loopback.server().port();
    loopback.server().close();
    assertEquals(NodeError.UNREACHABLE, heard.end().failure().error());
    assertFalse(heard.end().failure().permanent());
    assertEquals("ended", loopback.service.event());
    loopback.restart(port);
    assertTrue(
        loopback.client().ask(loopback.address(), Probe.getDefaultInstance(), DEADLINE).getKnown());
    RecordingListener again = new RecordingListener();
    loopback.openChain(again);
  }

  @Test
  void shouldEndItsOwnStreamsWhenClosed() throws Exception {
    loopback.start();
    loopback.openChain(heard);
    loopback.client().close();
    assertEquals(NodeError.CLOSED, heard.end().failure().error());
    assertEquals("ended", loopback.service.event());
    NodeException e =
        assertThrows(
            NodeException.class, () -> loopback.client().ping(loopback.address(), DEADLINE));
    assertEquals(NodeError.CLOSED, e.error());
    RecordingListener late = new RecordingListener();
    loopback.client().chain(loopback.address(), late.chain());
    assertEquals(NodeError.CLOSED, late.end().failure().error());
  }

  @Test
  void shouldServeManyStreamsAtOnce() throws Exception {
    loopback.start();
    int streams = 40;
    int frames = 25;
    List<RecordingListener> listeners = new ArrayList<>();
    List<Thread> senders = new ArrayList<>();
    for (int i = 0; i < streams; i++) {
      RecordingListener listener = new RecordingListener();
      listeners.add(listener);
      ChainStream stream = loopback.client().chain(loopback.address(), listener.chain());
      senders.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int f = 0; f < frames; f++) {
                  stream.send(RecordingService.step(f, 5000));
                }
              }));
    }
    for (RecordingListener listener : listeners) {
      for (int f = 0; f < frames; f++) {
        assertEquals(f, listener.echo());
      }
    }
    for (Thread sender : senders) {
      sender.join();
    }
  }

  @Test
  void shouldTryEndpointsInTheirOrder() throws Exception {
    loopback.start();
    int closed = Loopback.closedPort();
    PeerAddress peer =
        new PeerAddress(
            loopback.server().self(),
            List.of(
                new PeerAddress.HostPort("127.0.0.1", closed),
                loopback.address().endpoints().getFirst()));
    assertTrue(loopback.client().ping(peer, DEADLINE).isPositive());
  }

  @Test
  void shouldProveOnlyTheAddressThatIsNamedWhenThePeerIsConnectedAtAnother() throws Exception {
    loopback.start();
    loopback.client().ping(loopback.address(), DEADLINE);
    PeerAddress elsewhere =
        new PeerAddress(loopback.serverKey.id(), "127.0.0.1", Loopback.closedPort());
    NodeException e =
        assertThrows(
            NodeException.class, () -> loopback.client().ping(elsewhere, Duration.ofSeconds(5)));
    assertEquals(NodeError.UNREACHABLE, e.error());
    try (TcpProxy proxy = new TcpProxy(loopback.server().port())) {
      PeerAddress there = new PeerAddress(loopback.serverKey.id(), "127.0.0.1", proxy.port());
      for (int i = 0; i < 3; i++) {
        assertTrue(loopback.client().ping(there, DEADLINE).isPositive());
      }
      assertEquals(1, proxy.greetings.size());
    }
  }

  @Test
  void shouldNotWaitForTheDialOfOneWhoNamesThePeerAtABlackHole() throws Exception {
    loopback.start();
    try (TcpProxy hole = new TcpProxy(0)) {
      PeerAddress nowhere = new PeerAddress(loopback.serverKey.id(), "127.0.0.1", hole.port());
      loopback.client().chain(nowhere, heard.chain());
      assertTrue(
          loopback
              .client()
              .ask(loopback.address(), Probe.getDefaultInstance(), DEADLINE)
              .getKnown());
    }
  }

  /** Whoever has keys can have the directory dial as many nodes as it likes. */
  @Test
  void shouldLeaveRoomForSessionsWhenTheDirectoryTalksToManyPeers() {
    loopback.start(new TransportConfig("127.0.0.1", 0, DEADLINE, DEADLINE, 2));
    try (GrpcTransport second = another();
        GrpcTransport third = another();
        GrpcTransport fourth = another()) {
      for (GrpcTransport peer : List.of(loopback.server(), second, third)) {
        assertTrue(loopback.client().ping(address(peer), DEADLINE).isPositive());
        var unused =
            loopback
                .client()
                .exchange(address(peer), ExchangeRequest.getDefaultInstance(), DEADLINE);
      }
      assertTrue(
          loopback.client().ask(address(fourth), Probe.getDefaultInstance(), DEADLINE).getKnown());
    }
  }

  private GrpcTransport another() {
    return GrpcTransport.listening(
        Loopback.key(),
        TransportConfig.loopback(),
        Clock.systemUTC(),
        loopback.service,
        loopback.service);
  }

  private static PeerAddress address(GrpcTransport peer) {
    return new PeerAddress(peer.self(), "127.0.0.1", peer.port());
  }

  @Test
  void shouldGiveUpAPeerOfManyBlackHolesBeforeItHasTriedThemAll() throws Exception {
    Duration each = Duration.ofMillis(200);
    loopback.start(new TransportConfig("127.0.0.1", 0, each, DEADLINE, 10));
    List<ServerSocketChannel> holes = new ArrayList<>();
    List<PeerAddress.HostPort> endpoints = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      ServerSocketChannel hole =
          ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
      hole.configureBlocking(false);
      holes.add(hole);
      endpoints.add(new PeerAddress.HostPort("127.0.0.1", hole.socket().getLocalPort()));
    }
    PeerAddress peer = new PeerAddress(Loopback.key().id(), endpoints);
    loopback.client().chain(peer, heard.chain());
    assertEquals(NodeError.UNREACHABLE, heard.end().failure().error());
    int tried = 0;
    for (ServerSocketChannel hole : holes) {
      try (hole;
          SocketChannel dialled = hole.accept()) {
        tried += dialled == null ? 0 : 1;
      }
    }
    assertTrue(tried <= 3, tried + " of 8 were dialled");
  }

  @Test
  void shouldSayWhyWhenItCannotListen() {
    loopback.start();
    int taken = loopback.server().port();
    assertTrue(addressRefusal("127.0.0.1", taken).contains("127.0.0.1:" + taken));
    assertTrue(addressRefusal("127.0.0.1", taken).contains("in use"));
    assertTrue(addressRefusal("203.0.113.7", 0).contains("no address of this machine"));
    assertTrue(addressRefusal("no-such-host.invalid", 0).contains("no such host"));
  }

  private String addressRefusal(String host, int port) {
    TransportConfig config = new TransportConfig(host, port, DEADLINE, DEADLINE, 10);
    NodeException e =
        assertThrows(
            NodeException.class,
            () ->
                GrpcTransport.listening(
                    Loopback.key(), config, Clock.systemUTC(), loopback.service, loopback.service));
    assertEquals(NodeError.ADDRESS, e.error());
    return String.valueOf(e.getMessage());
  }
}
