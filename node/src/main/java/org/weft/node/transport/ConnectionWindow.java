package org.weft.node.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;

/**
 * Widens HTTP/2's window of a connection once, and then leaves its pipeline. grpc-netty gives a
 * connection the same window as each of its streams, so that one stream whose listener is slow
 * would hold up all others of the peer.
 */
final class ConnectionWindow extends ChannelInboundHandlerAdapter {
  /** Of one stream: the largest message, and the next on its way. */
  static final int STREAM_BYTES = 2 << 20;

  /** Of all streams of a connection together. */
  static final int CONNECTION_BYTES = 16 << 20;

  @Override
  public void channelReadComplete(ChannelHandlerContext context) throws Http2Exception {
    context.fireChannelReadComplete();
    Http2ConnectionHandler http2 = context.pipeline().get(Http2ConnectionHandler.class);
    ChannelHandlerContext at = http2 == null ? null : context.pipeline().context(http2);
    if (http2 != null && at != null && http2.connection() != null) {
      Http2Connection connection = http2.connection();
      connection
          .local()
          .flowController()
          .incrementWindowSize(connection.connectionStream(), CONNECTION_BYTES - STREAM_BYTES);
      at.flush();
      context.pipeline().remove(this);
    }
  }
}
