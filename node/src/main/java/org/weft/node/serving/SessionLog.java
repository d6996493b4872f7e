package org.weft.node.serving;

import java.util.List;
import org.weft.protocol.RowCodec;
import org.weft.protocol.v1.Step;

/**
 * The output log of one session over all of its epochs, within the bytes that the node's budget
 * grants it. Guarded by the server's lock.
 */
final class SessionLog {
  private final Host host;
  private final int width; // of a hidden state
  private final LogBudget.Grant grant;
  private OutputLog rows;
  private long counted;

  SessionLog(Host host, HopPlan plan) {
    this.host = host;
    width = host.compute().width();
    // What a tail gives out goes to the collector, and is computed again where that is lost.
    long wanted = plan.tail() ? 0 : rowBytes(plan) * plan.maxLength();
    grant = host.logs().grant(plan.key().gateway(), plan.predecessor(), wanted);
    rows = new OutputLog((int) rowBytes(plan), grant.bytes());
  }

  private long rowBytes(HopPlan plan) {
    return RowCodec.bytes(plan.out(), 1, width);
  }

  /** Notes what a slice of a step gave out. */
  void append(Slice slice) {
    if (!slice.plan().tail() && slice.encoded() != null) {
      rows.append(slice.position(), slice.rows(), slice.encoded());
      count();
    }
  }

  /** Forgets positions from {@code length} on. */
  void cut(int length) {
    rows.cut(length);
    count();
  }

  /** Forgets all; what comes is in the format of {@code plan}. */
  void clear(HopPlan plan) {
    rows = new OutputLog((int) rowBytes(plan), grant.bytes());
    count();
  }

  boolean covers(int from, int to) {
    return rows.start() <= from && rows.end() >= to;
  }

  /** Positions [from, to), which it covers, as the next hop takes them. */
  List<Step> replay(HopPlan plan, int from, int to) {
    return StepFrames.replay(plan, rows, from, to, width);
  }

  void free() {
    rows.clear();
    count();
    host.logs().giveBack(grant);
  }

  private void count() {
    host.counters().logged(rows.bytes() - counted);
    counted = rows.bytes();
  }
}
