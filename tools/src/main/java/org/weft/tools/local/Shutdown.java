package org.weft.tools.local;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The end of a process that serves: a signal, or, for a child of the demo, the end of its standard
 * input.
 */
public final class Shutdown {
  private static final int PATIENCE_SECONDS = 5;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread starter = Thread.currentThread();
  private boolean awaiting; // guarded by this

  /**
   * From here on a signal waits for the end of {@link #during} before the process ends, a few
   * seconds at most.
   */
  public static Shutdown onSignal() {
    Shutdown shutdown = new Shutdown();
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("weft-shutdown").unstarted(shutdown::signalled));
    return shutdown;
  }

  /** Ends, too, when standard input does: whoever holds its other end is gone then. */
  public Shutdown orWhenStdinEnds() {
    Thread.ofPlatform().daemon().name("weft-parent").start(this::drainStdin);
    return this;
  }

  private void drainStdin() {
    try {
      while (System.in.read() >= 0) {
        // What a parent says is not for us; that it is there, is.
      }
    } catch (IOException gone) {
      // As good as the end.
    }
    breakOff();
    awaitFinished();
    // The parent is gone, and nobody waits for what a stuck thread still holds.
    Runtime.getRuntime().halt(0);
  }

  private void signalled() {
    breakOff();
    awaitFinished();
  }

  private void breakOff() {
    asked.countDown();
    synchronized (this) {
      if (!awaiting) {
        // A start that is broken off waits for nothing more.
        starter.interrupt();
      }
    }
  }

  private void awaitFinished() {
    try {
      boolean unused = done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }

  /** Asks for the end from within. */
  public void ask() {
    asked.countDown();
  }

  public boolean asked() {
    return asked.getCount() == 0;
  }

  /** Waits until the end is asked for. */
  public void await() {
    synchronized (this) {
      awaiting = true;
    }
    try {
      asked.await();
    } catch (InterruptedException hurried) {
      // Meant for the start: what closes now, in order, may wait.
      if (!asked()) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Does what may be asked to end, after which a process that was asked to ends at once. Work that
   * is broken off because the end is asked for fails wherever it is, and that is no failure.
   */
  public void during(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException failed) {
      if (!asked()) {
        throw failed;
      }
    } finally {
      done.countDown();
    }
  }
}
