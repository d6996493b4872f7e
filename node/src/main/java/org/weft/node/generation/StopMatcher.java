package org.weft.node.generation;

import java.util.List;

/**
 * Finds stop texts across pieces, and holds back what may turn out to begin one. One answer's; one
 * thread.
 */
final class StopMatcher {
  private final List<String> stops;
  private final StringBuilder held = new StringBuilder();
  private boolean stopped;

  StopMatcher(List<String> stops) {
    this.stops = stops;
  }

  /** True once a stop text is complete. */
  boolean stopped() {
    return stopped;
  }

  /** The text that is certain now: nothing of it is, or will be, part of a stop text. */
  String accept(String piece) {
    if (stops.isEmpty()) {
      return piece;
    }
    held.append(piece);
    int at = -1;
    for (String stop : stops) {
      int found = held.indexOf(stop);
      if (found >= 0 && (at < 0 || found < at)) {
        at = found;
      }
    }
    if (at >= 0) {
      stopped = true;
      String text = held.substring(0, at);
      held.setLength(0);
      return text;
    }
    int certain = held.length() - longestBeginning();
    String text = held.substring(0, certain);
    held.delete(0, certain);
    return text;
  }

  /** What was held back, since nothing follows. */
  String finish() {
    String text = held.toString();
    held.setLength(0);
    return text;
  }

  /** Length of the longest end of the held text that begins a stop text. */
  private int longestBeginning() {
    int longest = 0;
    for (String stop : stops) {
      for (int n = Math.min(stop.length() - 1, held.length()); n > longest; n--) {
        if (endsWith(stop, n)) {
          longest = n;
        }
      }
    }
    return longest;
  }

  private boolean endsWith(String stop, int count) {
    int from = held.length() - count;
    for (int i = 0; i < count; i++) {
      if (held.charAt(from + i) != stop.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
