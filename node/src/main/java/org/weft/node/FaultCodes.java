package org.weft.node;

import org.weft.protocol.v1.FaultCode;
import org.weft.shard.ShardError;

/**
 * The modules' own error codes to wire codes and back, exhaustively. Several codes of ours share a
 * wire code, so the way there and back keeps the kind of failure, not always the very constant.
 */
public final class FaultCodes {
  public static FaultCode of(NodeError error) {
    return switch (error) {
      // To the peer that asked, whatever lies behind this hop is its next hop.
      case NO_ROUTE, UNREACHABLE, WRONG_PEER -> FaultCode.FAULT_CODE_NEXT_HOP;
      case INCOMPATIBLE -> FaultCode.FAULT_CODE_INCOMPATIBLE;
      case TICKET -> FaultCode.FAULT_CODE_TICKET;
      case PROTOCOL, ARGUMENT -> FaultCode.FAULT_CODE_PROTOCOL;
      case STALE_EPOCH -> FaultCode.FAULT_CODE_STALE_EPOCH;
      case WRONG_MODEL -> FaultCode.FAULT_CODE_WRONG_MODEL;
      case OUT_OF_CACHE -> FaultCode.FAULT_CODE_OUT_OF_CACHE;
      case OVERLOADED -> FaultCode.FAULT_CODE_OVERLOADED;
      case TOO_LONG -> FaultCode.FAULT_CODE_TOO_LONG;
      case NON_FINITE -> FaultCode.FAULT_CODE_NON_FINITE;
      case DEADLINE -> FaultCode.FAULT_CODE_DEADLINE;
      case CLOSED -> FaultCode.FAULT_CODE_CLOSED;
      case DRAINING -> FaultCode.FAULT_CODE_DRAINING;
      case UNSUPPORTED -> FaultCode.FAULT_CODE_UNSUPPORTED;
      case ADDRESS, STORAGE, INTERNAL -> FaultCode.FAULT_CODE_INTERNAL;
    };
  }

  public static FaultCode of(ShardError error) {
    return switch (error) {
      // What is wrong with a node's own files is no business of its peers.
      case FILE, FORMAT, TEMPLATE -> FaultCode.FAULT_CODE_INTERNAL;
      case UNSUPPORTED -> FaultCode.FAULT_CODE_UNSUPPORTED;
      case NON_FINITE -> FaultCode.FAULT_CODE_NON_FINITE;
      case TOO_LONG -> FaultCode.FAULT_CODE_TOO_LONG;
      case OUT_OF_CACHE -> FaultCode.FAULT_CODE_OUT_OF_CACHE;
      case MISMATCH -> FaultCode.FAULT_CODE_WRONG_MODEL;
      case ARGUMENT -> FaultCode.FAULT_CODE_PROTOCOL;
    };
  }

  /** What a peer's code means here; a code of a later version counts as a broken protocol. */
  public static NodeError error(FaultCode code) {
    return switch (code) {
      case FAULT_CODE_PROTOCOL, FAULT_CODE_UNSPECIFIED, UNRECOGNIZED -> NodeError.PROTOCOL;
      case FAULT_CODE_TICKET -> NodeError.TICKET;
      case FAULT_CODE_STALE_EPOCH -> NodeError.STALE_EPOCH;
      case FAULT_CODE_WRONG_MODEL -> NodeError.WRONG_MODEL;
      case FAULT_CODE_WRONG_SPAN -> NodeError.NO_ROUTE;
      case FAULT_CODE_OUT_OF_CACHE -> NodeError.OUT_OF_CACHE;
      case FAULT_CODE_OVERLOADED -> NodeError.OVERLOADED;
      case FAULT_CODE_TOO_LONG -> NodeError.TOO_LONG;
      case FAULT_CODE_NON_FINITE -> NodeError.NON_FINITE;
      case FAULT_CODE_NEXT_HOP -> NodeError.UNREACHABLE;
      case FAULT_CODE_DEADLINE -> NodeError.DEADLINE;
      case FAULT_CODE_CLOSED, FAULT_CODE_UNKNOWN_SESSION -> NodeError.CLOSED;
      case FAULT_CODE_UNSUPPORTED -> NodeError.UNSUPPORTED;
      case FAULT_CODE_INCOMPATIBLE -> NodeError.INCOMPATIBLE;
      case FAULT_CODE_DRAINING -> NodeError.DRAINING;
      case FAULT_CODE_INTERNAL -> NodeError.INTERNAL;
    };
  }

  private FaultCodes() {}
}
