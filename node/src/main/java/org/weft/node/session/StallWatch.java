package org.weft.node.session;

import java.util.List;
import java.util.Optional;
import org.weft.node.NodeError;
import org.weft.protocol.v1.ProbeReport;

/**
 * Tells a silent hop from a slow one by what the hops answer to probes. One for each answer that is
 * waited for; pure, owned by {@link ChainState}.
 */
final class StallWatch {
  /** Whether a fault may pass by itself: something may be on its way between two hops just now. */
  private record Finding(ChainFault fault, boolean certain) {}

  private List<Optional<ProbeReport>> last = List.of();
  private int stalls;
  private int probes;

  /**
   * @param step that is waited for; 0 while the chain opens
   * @return what broke; empty where it pays to wait on
   */
  Optional<ChainFault> judge(
      List<Optional<ProbeReport>> reports, long epoch, long step, ChainLimits limits) {
    boolean moved = !reports.equals(last) && !last.isEmpty();
    last = List.copyOf(reports);
    probes++;
    stalls = moved ? 0 : stalls + 1;
    Finding finding = finding(reports, epoch, step);
    boolean over = stalls > limits.maxStalls() || probes >= limits.maxProbes();
    return finding.certain() || over ? Optional.of(finding.fault()) : Optional.empty();
  }

  private static Finding finding(List<Optional<ProbeReport>> reports, long epoch, long step) {
    for (int hop = 0; hop < reports.size(); hop++) {
      if (reports.get(hop).isEmpty()) {
        return new Finding(
            ChainFault.passing(hop, NodeError.UNREACHABLE, "it does not answer"), true);
      }
    }
    return step == 0 ? opening(reports, epoch) : running(reports, epoch, step);
  }

  private static Finding opening(List<Optional<ProbeReport>> reports, long epoch) {
    for (int hop = 0; hop < reports.size(); hop++) {
      ProbeReport report = reports.get(hop).orElseThrow();
      if (!report.getKnown() || report.getEpoch() < epoch) {
        return new Finding(
            ChainFault.passing(hop, NodeError.DEADLINE, "the chain did not reach it in time"),
            false);
      }
    }
    return new Finding(
        ChainFault.passing(0, NodeError.DEADLINE, "it did not say in time that the chain is open"),
        false);
  }

  private static Finding running(List<Optional<ProbeReport>> reports, long epoch, long step) {
    long given = step;
    for (int hop = 0; hop < reports.size(); hop++) {
      ProbeReport report = reports.get(hop).orElseThrow();
      if (!report.getKnown() || report.getEpoch() != epoch) {
        return new Finding(
            ChainFault.passing(hop, NodeError.UNREACHABLE, "it has lost the session"), true);
      }
      if (report.getLastStepIn() < step && given >= step) {
        return new Finding(
            ChainFault.passing(hop, NodeError.UNREACHABLE, "steps sent to it do not arrive"),
            false);
      }
      if (report.getLastStepOut() < step) {
        return new Finding(
            ChainFault.passing(hop, NodeError.DEADLINE, "it answers, but is too slow"), false);
      }
      given = report.getLastStepOut();
    }
    return new Finding(
        ChainFault.passing(
            reports.size() - 1,
            NodeError.UNREACHABLE,
            "it has computed the step, but its results do not arrive"),
        false);
  }
}
