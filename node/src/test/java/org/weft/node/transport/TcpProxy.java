package org.weft.node.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/** Passes bytes between a dialler and a server, until the test cuts the wire. */
final class TcpProxy implements AutoCloseable {
  private final ServerSocket listening;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  /** The first bytes of each connection. */
  final BlockingQueue<byte[]> greetings = new LinkedBlockingQueue<>();

  /** Port 0 as target: what is sent falls into a black hole. */
  TcpProxy(int target) throws IOException {
    this.target = target;
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket near = listening.accept();
        sockets.add(near);
        if (target == 0) {
          continue;
        }
        Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(far);
        Thread.ofVirtual().start(() -> pass(near, far, true));
        Thread.ofVirtual().start(() -> pass(far, near, false));
      }
    } catch (IOException e) {
      cut();
    }
  }

  private void pass(Socket from, Socket to, boolean greeting) {
    byte[] buffer = new byte[64 << 10];
    boolean first = greeting;
    try (from;
        to) {
      for (int n = from.getInputStream().read(buffer);
          n >= 0;
          n = from.getInputStream().read(buffer)) {
        if (first) {
          greetings.add(Arrays.copyOf(buffer, n));
          first = false;
        }
        to.getOutputStream().write(buffer, 0, n);
      }
    } catch (IOException e) {
      return; // cut
    }
  }

  /** Resets every connection, as the kernel of a killed process does. */
  void cut() {
    for (Socket socket : sockets) {
      try {
        socket.setSoLinger(true, 0);
        socket.close();
      } catch (IOException e) {
        continue; // closed already
      }
    }
    sockets.clear();
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
