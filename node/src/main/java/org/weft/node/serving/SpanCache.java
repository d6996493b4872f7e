package org.weft.node.serving;

/** One session's KV cache. One owner at a time; {@link #close} gives its pages back. */
interface SpanCache {
  int maxLength();

  /** KV pages that it holds. */
  int pages();

  /** Positions written. */
  int length();

  /** The shortest length above 0 that it can be cut to; 0 but for sliding windows. */
  int shortestLength();

  void truncate(int length);

  void close();
}
