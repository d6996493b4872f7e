package org.weft.node.generation;

import java.time.Duration;
import org.weft.node.NodeError;
import org.weft.node.NodeException;

/**
 * @param openWait how long an answer may wait for room in the caches
 * @param firstReservation positions after the prompt that are reserved at first where the request
 *     sets no limit; the reservation doubles when they are used up
 * @param scoreRows rows of hidden state that are fetched at a time to score a prompt
 */
public record GenerationConfig(Duration openWait, int firstReservation, int scoreRows) {
  public GenerationConfig {
    if (openWait.isNegative() || firstReservation < 1 || scoreRows < 1) {
      throw new NodeException(
          NodeError.ARGUMENT, "waits, reservations and rows of a generation must be positive");
    }
  }

  public static GenerationConfig defaults() {
    return new GenerationConfig(Duration.ofSeconds(60), 1024, 128);
  }
}
