package org.weft.node.transport;

/** Where frames for a peer go. Any thread; once the stream is over, frames are not taken. */
public interface FrameSink<T> {
  /** Sends, waiting (bounded) while the peer's window is full; false where the stream is over. */
  boolean send(T frame);

  /** Sends if that takes no waiting, neither for the peer's window nor for another sender. */
  default boolean sendAtOnce(T frame) {
    return false;
  }
}
