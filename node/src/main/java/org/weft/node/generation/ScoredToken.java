package org.weft.node.generation;

import java.util.Optional;
import org.weft.shard.sampling.LogProbabilities;

/**
 * A token of the prompt or of the answer.
 *
 * @param start code points of the answer's text before it; in a prompt 0
 * @param skippedBytes leading bytes that are no part of the text: the space that SentencePiece puts
 *     before a first word
 * @param logProbabilities where they were asked for and, in a prompt, from the second token on
 */
public record ScoredToken(
    int id, int start, int skippedBytes, Optional<LogProbabilities> logProbabilities) {}
