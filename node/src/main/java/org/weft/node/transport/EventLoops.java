package org.weft.node.transport;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The threads that move bytes: two for a whole node, for what it accepts and what it dials. */
final class EventLoops {
  private static final int THREADS = 2;

  static EventLoopGroup start() {
    return new MultiThreadIoEventLoopGroup(
        THREADS, new DefaultThreadFactory("weft-io", true), NioIoHandler.newFactory());
  }

  static void stop(EventLoopGroup group, long withinMillis) {
    group
        .shutdownGracefully(0, withinMillis, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(withinMillis);
  }

  /** Tasks run on an event loop, so they must not block. */
  static Timers timers(EventLoopGroup group) {
    return new Timers() {
      @Override
      public Timer after(Duration delay, Runnable task) {
        Future<?> scheduled = group.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
      }

      @Override
      public long nanoTime() {
        return System.nanoTime();
      }
    };
  }

  private EventLoops() {}
}
