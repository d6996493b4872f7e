package org.weft.tools.local;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;

/** The platform threads of ours that have begun since this was made. */
final class OurThreads {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Set<Thread> before = running();

  private static Set<Thread> running() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("weft-"))
        .collect(Collectors.toSet());
  }

  Set<Thread> begun() {
    Set<Thread> begun = running();
    begun.removeAll(before);
    return begun;
  }

  void awaitEnded() throws InterruptedException {
    for (Thread thread : begun()) {
      assertTrue(thread.join(PATIENCE), () -> "still runs: " + thread);
    }
  }
}
