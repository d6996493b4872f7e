package org.weft.tools;

import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/**
 * Keeps the log lines of libraries from people's terminals: what Weft has to say, it says itself.
 */
final class Silence {
  private Silence() {}

  /**
   * Libraries log through java.util.logging here; without handlers nothing of it is printed.
   * WEFT_DEBUG leaves it on.
   */
  static void libraries() {
    if (System.getenv("WEFT_DEBUG") != null) {
      return;
    }
    Logger root = LogManager.getLogManager().getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
  }
}
