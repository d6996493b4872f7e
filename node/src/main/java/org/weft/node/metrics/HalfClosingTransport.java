package org.weft.node.metrics;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.vertx.core.net.TcpConfig;
import io.vertx.core.spi.transport.Transport;
import java.util.List;

/**
 * Vert.x' own transport over NIO, but that a client which has said all that it wants to say, and
 * has closed its side for that reason, still gets its answer: see {@link HalfClosed}. Vert.x has no
 * option for that.
 */
record HalfClosingTransport(Transport nio) implements Transport {

  /** As a Vert.x is built with it. */
  static io.vertx.core.transport.Transport overNio() {
    Transport transport =
        new HalfClosingTransport(io.vertx.core.transport.Transport.NIO.implementation());
    return new io.vertx.core.transport.Transport() {
      @Override
      public String name() {
        return "half-closing";
      }

      @Override
      public boolean available() {
        return true;
      }

      @Override
      @SuppressWarnings("NullAway") // Vert.x has no annotations; null says that nothing is wrong
      public Throwable unavailabilityCause() {
        return null;
      }

      @Override
      public Transport implementation() {
        return transport;
      }
    };
  }

  @Override
  public IoHandlerFactory ioHandlerFactory() {
    return nio.ioHandlerFactory();
  }

  @Override
  @SuppressWarnings("deprecation") // Netty's name for the family, which Vert.x still uses
  public DatagramChannel datagramChannel(InternetProtocolFamily family) {
    return nio.datagramChannel(family);
  }

  @Override
  public ChannelFactory<? extends DatagramChannel> datagramChannelFactory() {
    return nio.datagramChannelFactory();
  }

  @Override
  public ChannelFactory<? extends io.netty.channel.Channel> channelFactory(boolean domainSocket) {
    return nio.channelFactory(domainSocket);
  }

  @Override
  public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
    return domainSocket ? nio.serverChannelFactory(true) : Listening::new;
  }

  @Override
  public void configure(TcpConfig config, boolean domainSocket, ServerBootstrap bootstrap) {
    nio.configure(config, domainSocket, bootstrap);
    bootstrap.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
  }

  private static final class Listening extends NioServerSocketChannel {
    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
      int before = accepted.size();
      int count = super.doReadMessages(accepted);
      for (Object channel : accepted.subList(before, accepted.size())) {
        if (channel instanceof SocketChannel connection) {
          connection.pipeline().addFirst(new HalfClosed());
        }
      }
      return count;
    }
  }
}
