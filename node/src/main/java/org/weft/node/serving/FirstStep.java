package org.weft.node.serving;

/**
 * The wait for a session's first step: a reservation that sees none lapses. The hop above may say
 * that steps are coming, since the first one of an epoch may take long on its way, and that must
 * not be taken for silence; it is passed on. Guarded by the server's lock.
 */
final class FirstStep {
  private final Host host;
  private final SessionTimers timers;
  private final Neighbours neighbours;
  private final Runnable lapse;
  private boolean come;

  /** Whether the hop behind knows that steps are coming in this epoch. */
  private boolean announced;

  FirstStep(Host host, SessionTimers timers, Neighbours neighbours, Runnable lapse) {
    this.host = host;
    this.timers = timers;
    this.neighbours = neighbours;
    this.lapse = lapse;
  }

  /** Whether the session has had a step, in whichever epoch. */
  boolean hasCome() {
    return come;
  }

  /** Another chain, whose hops have heard nothing yet. */
  void newEpoch() {
    announced = false;
  }

  /** The chain is open, and a step may come. */
  void await() {
    if (!come) {
      timers.firstStep(host.config().waits().firstStep(), lapse);
    }
  }

  void comes() {
    come = true;
    timers.stepped();
    announce();
  }

  /** The hop above says that steps are coming. Saying it again gains no more time. */
  void isComing(HopPlan plan) {
    if (announced) {
      return;
    }
    if (!come) {
      int hops = Math.max(1, plan.hop());
      timers.firstStep(host.config().waits().announced().multipliedBy(hops), lapse);
    }
    announce();
  }

  private void announce() {
    if (!announced) {
      announced = true;
      neighbours.announce();
    }
  }
}
