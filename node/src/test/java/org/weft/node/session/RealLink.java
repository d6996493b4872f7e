package org.weft.node.session;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.weft.node.NodeException;
import org.weft.node.ticket.PeerAddress;
import org.weft.node.transport.ChainListener;
import org.weft.node.transport.ChainStream;
import org.weft.node.transport.Transport;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.Fault;
import org.weft.protocol.v1.Open;
import org.weft.protocol.v1.Signed;
import org.weft.protocol.v1.Up;

/** A Chain stream on which a test says what it likes. */
final class RealLink implements ChainListener {
  private final LinkedBlockingQueue<Up> heard = new LinkedBlockingQueue<>();
  private final LinkedBlockingQueue<Optional<NodeException>> ended = new LinkedBlockingQueue<>();
  private final ChainStream stream;

  RealLink(Transport transport, PeerAddress peer) {
    stream = transport.chain(peer, this);
  }

  void open(Signed ticket, int hop) {
    send(Down.newBuilder().setOpen(Open.newBuilder().setTicket(ticket).setHop(hop)).build());
  }

  void send(Down frame) {
    stream.send(frame);
  }

  void cancel() {
    stream.cancel();
  }

  Up up() {
    return next(heard, "a frame");
  }

  /** The fault that is all there is to hear, and the end of the stream after it. */
  Fault fault() {
    Up up = up();
    assertTrue(up.hasFault(), up::toString);
    var unused = end();
    return up.getFault();
  }

  /** How the stream ended: empty where it was in order. */
  Optional<NodeException> end() {
    return next(ended, "the end of the stream");
  }

  private static <T> T next(LinkedBlockingQueue<T> queue, String what) {
    try {
      T next = queue.poll(20, TimeUnit.SECONDS);
      assertNotNull(next, "still waiting for " + what);
      return next;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new AssertionError(stopped);
    }
  }

  @Override
  public void received(Up frame) {
    heard.add(frame);
  }

  @Override
  public void ended(@Nullable NodeException cause) {
    ended.add(Optional.ofNullable(cause));
  }
}
