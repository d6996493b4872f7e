package org.weft.node.gateway;

import java.util.Optional;
import org.weft.node.generation.GenerationRequest;

/**
 * One choice that is to be generated.
 *
 * @param index in {@code choices}
 * @param echo the prompt's text, where it is to begin the answer
 * @param addedBos whether the first token of the prompt stands for no text of it
 */
record AnswerJob(int index, GenerationRequest request, Optional<String> echo, boolean addedBos) {
  /** True where this is the first answer to its prompt, which counts once. */
  boolean countsPrompt() {
    return request.choice() == 0;
  }
}
