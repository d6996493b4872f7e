package org.weft.node.session;

import org.weft.protocol.v1.Result;

/** What the gateway's side of a chain wants done. */
sealed interface ChainAction {
  /** What takes time and goes out in order: done by the threads of the session's callers. */
  sealed interface Outgoing extends ChainAction {}

  /** Sign a ticket of this epoch, dial the tail and the first hop, and send Open. */
  record Dial(long epoch, int base) implements Outgoing {}

  record Send(Chunk chunk) implements Outgoing {}

  /** Check and decode the rows of a result; then say Taken or Faulted. */
  record Take(Chunk chunk, Result result) implements ChainAction {}

  /** Ask every hop what it has taken in and given out. */
  record Probe(long epoch) implements ChainAction {}

  /** The chain is open, and every hop holds what it must. */
  record Ready() implements ChainAction {}

  /** Every row of the caller's step has been computed. */
  record Done() implements ChainAction {}

  /** The chain is broken, and so is the caller's step unless the chain is mended. */
  record Failed(ChainFault fault) implements ChainAction {}

  /**
   * Free the session at every hop.
   *
   * @param standing whether the chain can carry a Close
   * @param busy whether steps are on their way, which a Close would have to wait behind
   */
  record HangUp(boolean standing, boolean busy) implements ChainAction {}
}
