package org.weft.node.generation;

import java.util.List;

/**
 * Hears of an answer as it grows, in the thread that generates. What it throws ends the generation.
 */
@FunctionalInterface
public interface TokenListener {
  /** The prompt's tokens, where the request asked for their log-probabilities. */
  default void prompt(List<ScoredToken> tokens) {}

  /**
   * More of the answer. No part of a stop text is ever among it, and no part of a character.
   *
   * @param text may be empty where only tokens are left to report
   * @param tokens those whose text this completes; empty where no log-probabilities were asked for
   */
  void piece(String text, List<ScoredToken> tokens);
}
