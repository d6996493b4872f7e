package org.weft.node.metrics;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a connection whose other end sends no more. TCP does not tell whether that end
 * still reads (it shut its output down) or is gone (it closed), until something is sent to it and
 * comes back refused. So it is kept for a moment, and after each write that the system takes for
 * another one: a stream goes on, and notices within a token or two when nobody is there; an answer
 * that is whole comes through if it is there in time. Event loop only.
 */
final class HalfClosed extends ChannelDuplexHandler {
  /** Clients that hung up cost no more than this, those that listen have to get by with it. */
  private static final long PATIENCE_MILLIS = 250;

  private boolean shut;
  private @Nullable ScheduledFuture<?> end;

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      shut = true;
      extend(context);
    }
    context.fireUserEventTriggered(event);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    ChannelPromise told = shut ? promise.unvoid() : promise;
    if (shut) {
      told.addListener(written -> {
        if (written.isSuccess()) {
          extend(context);
        }
      });
    }
    context.write(message, told);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    cancel();
    context.fireChannelInactive();
  }

  private void extend(ChannelHandlerContext context) {
    cancel();
    end =
        context
            .executor()
            .schedule(
                () -> {
                  context.close();
                },
                PATIENCE_MILLIS,
                TimeUnit.MILLISECONDS);
  }

  private void cancel() {
    if (end != null) {
      end.cancel(false);
      end = null;
    }
  }
}
