package org.weft.tools.local;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.weft.node.transport.GrpcTransport;
import org.weft.node.transport.Timers;

/**
 * When the path of a frame is compiled: in the background of a start where there are processors to
 * spare. Where there are not, the kernels of this process and its neighbours, the rehearsal of the
 * gateway, and whoever has come to ask, go first.
 */
final class TransportWarmUp {
  private static final int FEW_PROCESSORS = 2;
  private static final Duration AFTER_THE_REST = Duration.ofSeconds(4);
  private static final Duration AT_MOST = Duration.ofSeconds(8);

  /** Compilers of several processes are busy with it. */
  private static final double SHARE = 0.25;

  /**
   * {@code idle}: whether no session is open in this process. Where one is, it warms the path, and
   * this is done: nothing computes on when clients have gone.
   */
  static void schedule(Timers timers, BooleanSupplier idle) {
    if (Runtime.getRuntime().availableProcessors() > FEW_PROCESSORS) {
      GrpcTransport.warmUp(AT_MOST, 1, () -> true);
    } else {
      timers.after(AFTER_THE_REST, () -> GrpcTransport.warmUp(AT_MOST, SHARE, idle));
    }
  }

  private TransportWarmUp() {}
}
