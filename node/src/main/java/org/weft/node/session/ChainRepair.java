package org.weft.node.session;

import java.util.Optional;
import org.weft.node.routing.Route;

/**
 * What a session does about a broken chain in the middle of a step: goes on over the route given
 * here, or fails the step. Called on the thread of the step, outside of locks: it may block.
 */
@FunctionalInterface
public interface ChainRepair {
  Optional<Route> route(ChainSession session, ChainFault fault);

  /** Nobody repairs: the step fails, and {@link ChainSession#mend} is called by hand. */
  static ChainRepair none() {
    return (session, fault) -> Optional.empty();
  }
}
