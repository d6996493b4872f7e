package org.weft.tools.local;

import java.time.Duration;
import org.weft.node.transport.GrpcTransport;
import org.weft.node.transport.Timers;

/**
 * When the path of a frame is compiled: in the background of a start where there are processors to
 * spare. Where there are not, the kernels of this process and its neighbours, and the rehearsal of
 * the gateway, go first.
 */
final class TransportWarmUp {
  private static final int FEW_PROCESSORS = 2;
  private static final Duration AFTER_THE_REST = Duration.ofSeconds(4);
  private static final Duration AT_MOST = Duration.ofSeconds(3);

  static void schedule(Timers timers) {
    if (Runtime.getRuntime().availableProcessors() > FEW_PROCESSORS) {
      GrpcTransport.warmUp(AT_MOST);
    } else {
      timers.after(AFTER_THE_REST, () -> GrpcTransport.warmUp(AT_MOST));
    }
  }

  private TransportWarmUp() {}
}
