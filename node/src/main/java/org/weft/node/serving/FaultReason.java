package org.weft.node.serving;

import org.weft.node.FaultCodes;
import org.weft.node.NodeException;
import org.weft.protocol.ProtocolException;
import org.weft.protocol.v1.Fault;
import org.weft.protocol.v1.FaultCode;
import org.weft.shard.ShardException;

/**
 * Why a session cannot go on, or cannot begin.
 *
 * @param permanent whether the same ticket would be refused again
 * @param text one sentence for people
 * @param retryMillis when another try may go better; 0 where that is unknown
 */
record FaultReason(FaultCode code, boolean permanent, String text, int retryMillis) {
  /** This node stops. */
  static final FaultReason LEAVING =
      passing(FaultCode.FAULT_CODE_DRAINING, "This node is leaving now.");

  private static final int MAX_TEXT = 512;

  static FaultReason permanent(FaultCode code, String text) {
    return new FaultReason(code, true, text, 0);
  }

  static FaultReason passing(FaultCode code, String text) {
    return new FaultReason(code, false, text, 0);
  }

  static FaultReason retry(FaultCode code, String text, int millis) {
    return new FaultReason(code, false, text, millis);
  }

  /** The hop behind is at fault: {@code what} it did follows on its name. */
  static FaultReason nextHop(HopPlan plan, String what) {
    return passing(FaultCode.FAULT_CODE_NEXT_HOP, "Hop " + (plan.hop() + 1) + " " + what);
  }

  static FaultReason of(NodeException e) {
    return new FaultReason(
        FaultCodes.of(e.error()), e.permanent(), String.valueOf(e.getMessage()), e.retryMillis());
  }

  static FaultReason of(ProtocolException e) {
    return permanent(e.code(), String.valueOf(e.getMessage()));
  }

  static FaultReason of(ShardException e) {
    return permanent(FaultCodes.of(e.error()), String.valueOf(e.getMessage()));
  }

  Fault at(int hop, long epoch) {
    return Fault.newBuilder()
        .setHop(hop)
        .setCode(code)
        .setPermanent(permanent)
        .setText(text)
        .setEpoch(epoch)
        .setRetryMs(retryMillis)
        .build();
  }

  /** A peer's fault on its way on, its text held short. */
  static Fault passOn(Fault fault) {
    String text = fault.getText();
    return text.length() <= MAX_TEXT
        ? fault
        : fault.toBuilder().setText(text.substring(0, MAX_TEXT)).build();
  }
}
