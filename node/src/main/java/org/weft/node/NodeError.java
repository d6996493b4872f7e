package org.weft.node;

/** What can go wrong in the swarm. */
public enum NodeError {
  /** No peer serves a block that is needed. */
  NO_ROUTE,
  /** A peer cannot be reached, or left. */
  UNREACHABLE,
  /** A peer is not who it was said to be. */
  WRONG_PEER,
  /** A peer speaks no version or feature in common. */
  INCOMPATIBLE,
  /** A ticket was refused. */
  TICKET,
  /** A peer broke the protocol. */
  PROTOCOL,
  STALE_EPOCH,
  WRONG_MODEL,
  OUT_OF_CACHE,
  OVERLOADED,
  TOO_LONG,
  NON_FINITE,
  DEADLINE,
  /** The session was closed by its owner. */
  CLOSED,
  DRAINING,
  UNSUPPORTED,
  /** An address that cannot be listened on. */
  ADDRESS,
  /** State, a key or a log that cannot be read or written. */
  STORAGE,
  ARGUMENT,
  INTERNAL
}
