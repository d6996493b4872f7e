package org.weft.tools;

import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/**
 * Keeps the log lines of libraries from people's terminals: what Weft has to say, it says itself.
 */
final class Silence {
  /** Held, for the log manager forgets loggers that nobody holds. */
  private static final Logger OURS = Logger.getLogger("org.weft");

  private Silence() {}

  /**
   * Libraries log through java.util.logging here; without handlers nothing of it is printed. What
   * fails in Weft itself, and whoever asked hears only that it did, goes to standard error with
   * where it happened. WEFT_DEBUG leaves all of it on.
   */
  static void libraries() {
    if (System.getenv("WEFT_DEBUG") != null) {
      return;
    }
    Logger root = LogManager.getLogManager().getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    Handler failures = new ConsoleHandler();
    failures.setLevel(Level.SEVERE);
    OURS.addHandler(failures);
  }
}
