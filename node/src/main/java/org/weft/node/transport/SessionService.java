package org.weft.node.transport;

import org.weft.crypto.NodeId;
import org.weft.protocol.v1.Close;
import org.weft.protocol.v1.Closed;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.Probe;
import org.weft.protocol.v1.ProbeReport;
import org.weft.protocol.v1.Up;

/**
 * What a block server does for its peers; the transport calls it with the peer's proven identity.
 */
public interface SessionService {
  /**
   * A peer opened a Chain stream; the returned listener hears its frames, serially, on a virtual
   * thread of the stream's own, which makes this call too. A NodeException thrown here or by the
   * listener ends the stream, and its code and sentence reach the peer; of any other exception the
   * peer hears INTERNAL and no more.
   */
  Inbound chain(NodeId peer, Outbound<Up> out);

  /**
   * A collector dialled; {@code out} stays open until either side ends it. The returned action runs
   * once the stream has ended, however that was. Called on a virtual thread of the stream's own.
   */
  Runnable gather(NodeId peer, Collect request, Outbound<Collected> out);

  /** On a virtual thread; a NodeException reaches the peer, as does one of {@link #end}. */
  ProbeReport ask(NodeId peer, Probe probe);

  Closed end(NodeId peer, Close close);

  /**
   * Bytes of some connection have come that nobody has read yet: a frame, as like as not. On the
   * event loop, which must not wait and has no time for much.
   */
  default void bytesArrived() {}

  /** Frames of one inbound Chain stream. */
  interface Inbound {
    void received(Down frame);

    /**
     * The same on the event loop, which must not wait and has no time for much: false leaves the
     * frame to {@link #received}. Called where no frame before it is still being handled.
     */
    default boolean receivedAtOnce(Down frame) {
      return false;
    }

    /** The last call, however the stream ended. */
    void ended();
  }

  /** The answering side of a stream. Any thread; after the peer is gone frames are not taken. */
  interface Outbound<T> extends FrameSink<T> {
    /**
     * Sends, waiting (bounded: then the stream ends) while the peer's window is full. The frame's
     * bytes have been taken when it returns.
     */
    @Override
    boolean send(T frame);

    /** Ends the stream in order. */
    void finish();
  }
}
