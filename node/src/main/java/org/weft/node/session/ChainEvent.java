package org.weft.node.session;

import java.util.List;
import java.util.Optional;
import org.weft.node.session.InferenceSession.Rows;
import org.weft.protocol.v1.ProbeReport;
import org.weft.protocol.v1.Result;

/** What may happen to the gateway's side of a chain. */
sealed interface ChainEvent {
  /** Open, or open again, a chain of so many hops. */
  record Begin(int hops) implements ChainEvent {}

  /** The chain has agreed. */
  record Opened(long epoch, int held, int window) implements ChainEvent {}

  /** The caller wants rows [position, position + count) computed. */
  record Submit(int position, int count, Rows want) implements ChainEvent {}

  /** The tail has answered a step. */
  record Answered(long epoch, Result result) implements ChainEvent {}

  /** The rows of the oldest step's result are good, and taken over. */
  record Taken(long epoch, long step) implements ChainEvent {}

  /** Something broke, at either side or in between. */
  record Faulted(long epoch, ChainFault fault) implements ChainEvent {}

  /** Each hop's answer to a probe; empty where it gave none. */
  record Probed(long epoch, List<Optional<ProbeReport>> reports) implements ChainEvent {}

  /** The caller of the step in progress no longer waits for it. */
  record GaveUp() implements ChainEvent {}

  /** Time has passed. */
  record Tick() implements ChainEvent {}

  record Close() implements ChainEvent {}
}
