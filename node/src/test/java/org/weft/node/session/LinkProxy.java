package org.weft.node.session;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The wire from one node to another: passes bytes on until a test cuts it or holds it up. */
final class LinkProxy implements AutoCloseable {
  private enum State {
    /** Bytes pass. */
    WHOLE,
    /** Connections stand, and nothing passes. */
    STALLED,
    /** Connections were reset, and new ones are. */
    CUT
  }

  private final ServerSocket listening;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private State state = State.WHOLE; // guarded by this

  LinkProxy(int target) {
    this.target = target;
    try {
      listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  synchronized void stall() {
    state = State.STALLED;
  }

  /** Resets every connection, as the kernel of a killed process does. */
  void cut() {
    synchronized (this) {
      state = State.CUT;
      notifyAll();
    }
    sockets.forEach(LinkProxy::reset);
    sockets.clear();
  }

  synchronized void heal() {
    state = State.WHOLE;
    notifyAll();
  }

  private synchronized boolean isCut() {
    return state == State.CUT;
  }

  private synchronized void awaitMoving() throws InterruptedException {
    while (state == State.STALLED) {
      wait();
    }
  }

  private void accept() {
    try {
      while (true) {
        connect(listening.accept());
      }
    } catch (IOException closed) {
      cut();
    }
  }

  private void connect(Socket near) {
    if (isCut()) {
      reset(near);
      return;
    }
    try {
      Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
      sockets.add(near);
      sockets.add(far);
      if (isCut()) {
        cut();
        return;
      }
      Thread.ofVirtual().start(() -> pass(near, far));
      Thread.ofVirtual().start(() -> pass(far, near));
    } catch (IOException nobodyThere) {
      reset(near);
    }
  }

  private void pass(Socket from, Socket to) {
    byte[] buffer = new byte[64 << 10];
    try {
      from.setTcpNoDelay(true);
      for (int n = from.getInputStream().read(buffer);
          n >= 0;
          n = from.getInputStream().read(buffer)) {
        awaitMoving();
        to.getOutputStream().write(buffer, 0, n);
      }
      to.shutdownOutput();
    } catch (IOException broken) {
      reset(from);
      reset(to);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException closedAlready) {
      return;
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cut();
  }
}
