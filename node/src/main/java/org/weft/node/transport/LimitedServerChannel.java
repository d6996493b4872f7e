package org.weft.node.transport;

import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.List;

/** A listening socket that closes connections which are too many at once. */
final class LimitedServerChannel extends NioServerSocketChannel {
  private final AcceptedConnections connections;

  LimitedServerChannel(AcceptedConnections connections) {
    this.connections = connections;
  }

  @Override
  protected int doReadMessages(List<Object> accepted) throws Exception {
    int count = super.doReadMessages(accepted);
    if (count <= 0) {
      return count;
    }
    Channel connection = (Channel) accepted.getLast();
    if (!connections.admit(connection)) {
      accepted.removeLast();
      connection.unsafe().closeForcibly();
      return 0;
    }
    return count;
  }
}
