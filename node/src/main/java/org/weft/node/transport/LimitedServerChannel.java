package org.weft.node.transport;

import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A listening socket that closes connections above a number at once, before they cost a handshake.
 */
final class LimitedServerChannel extends NioServerSocketChannel {
  private final int maxConnections;
  private final AtomicInteger connections = new AtomicInteger();

  LimitedServerChannel(int maxConnections) {
    this.maxConnections = maxConnections;
  }

  @Override
  protected int doReadMessages(List<Object> accepted) throws Exception {
    int count = super.doReadMessages(accepted);
    if (count <= 0) {
      return count;
    }
    Channel connection = (Channel) accepted.getLast();
    if (connections.incrementAndGet() > maxConnections) {
      connections.decrementAndGet();
      accepted.removeLast();
      connection.unsafe().closeForcibly();
      return 0;
    }
    connection.closeFuture().addListener(closed -> connections.decrementAndGet());
    connection.pipeline().addFirst(new ConnectionWindow());
    return count;
  }
}
