package org.weft.node.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.util.List;

/**
 * A listening socket that closes connections which are too many at once, and tells when bytes
 * arrive on the others, before they are decrypted.
 */
final class LimitedServerChannel extends NioServerSocketChannel {
  private final AcceptedConnections connections;
  private final Arrivals arrivals;

  /** {@code arrived} runs on event loops, at every read. */
  LimitedServerChannel(AcceptedConnections connections, Runnable arrived) {
    this.connections = connections;
    arrivals = new Arrivals(arrived);
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
    connection.pipeline().addLast(arrivals);
    return count;
  }

  @ChannelHandler.Sharable
  private static final class Arrivals extends ChannelInboundHandlerAdapter {
    private final Runnable arrived;

    Arrivals(Runnable arrived) {
      this.arrived = arrived;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      arrived.run();
      context.fireChannelRead(bytes);
    }
  }
}
