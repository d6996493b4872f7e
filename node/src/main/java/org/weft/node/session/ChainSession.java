package org.weft.node.session;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.routing.Route;
import org.weft.node.ticket.SessionId;

/**
 * A session over a chain of peers (DESIGN §6): {@link ChainState} decides, {@link ChainDriver}
 * carries out. {@link #close} may come from any thread, returns at once, and ends a waiting step.
 */
public final class ChainSession implements InferenceSession {
  private final ChainDriver driver;
  private final ChainDriver.Shared shared;
  private final SessionId id;
  private final int maxLength;

  ChainSession(
      ChainDriver.Shared shared,
      SessionId id,
      Route route,
      ChainLimits limits,
      HiddenSource source,
      Runnable gone) {
    this.shared = shared;
    this.id = id;
    maxLength = limits.maxLength();
    driver = new ChainDriver(shared, id, route, limits, source, gone);
  }

  /** Opens the chain; the fault where it was refused, and the session is then good for nothing. */
  Optional<ChainFault> open() {
    driver.begin(driver.route());
    Optional<ChainFault> refused = driver.finishOpening();
    if (refused.isPresent()) {
      close();
    }
    return refused;
  }

  @Override
  public int maxLength() {
    return maxLength;
  }

  @Override
  public MemorySegment step(int position, int count, Rows want) {
    int resultRows =
        switch (want) {
          case NONE -> 0;
          case LAST -> 1;
          case ALL -> count;
        };
    driver.submit(position, count, want, resultRows);
    Optional<ChainFault> fault = driver.finishStep();
    while (fault.isPresent()) {
      driver.begin(repaired(fault.get()));
      fault = driver.finishStep();
    }
    return driver.result(resultRows);
  }

  /** The route on which a broken step goes on; the step's failure where there is none. */
  private Route repaired(ChainFault fault) {
    Optional<Route> next =
        fault.error() == NodeError.CLOSED ? Optional.empty() : shared.repair().route(this, fault);
    if (next.isEmpty()) {
      driver.giveUp();
      throw fault.toException();
    }
    return next.get();
  }

  /**
   * Opens the session again over {@code route}, with the next epoch: hops that hold it already are
   * sent nothing that they hold. A step in progress on another thread goes on over the new chain.
   * May be tried again where it fails; any thread, one at a time.
   */
  public void mend(Route route) {
    if (route.blocks() != shared.model().blocks()) {
      throw new NodeException(
          NodeError.ARGUMENT,
          "a chain of " + route.blocks() + " blocks for a model of " + shared.model().blocks());
    }
    driver.begin(route);
    Optional<ChainFault> fault = driver.finishOpening();
    if (fault.isPresent()) {
      throw fault.get().toException();
    }
  }

  @Override
  public void close() {
    driver.close();
  }

  public SessionId id() {
    return id;
  }

  public Route route() {
    return driver.route();
  }

  public long epoch() {
    return driver.epoch();
  }

  /** What broke the chain, until it is mended. */
  public Optional<ChainFault> fault() {
    return driver.fault();
  }

  /** Whether a hop of the chain has said that it will leave. */
  public boolean isDraining() {
    return driver.isDraining();
  }

  /** Of the last step that was answered. */
  public SessionTimes times() {
    return driver.times();
  }
}
