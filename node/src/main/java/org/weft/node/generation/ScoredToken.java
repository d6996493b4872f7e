package org.weft.node.generation;

import java.util.Optional;
import org.weft.shard.sampling.LogProbabilities;

/**
 * A token of the prompt or of the answer.
 *
 * @param start code points of the answer's text before it; in a prompt 0
 * @param logProbabilities where they were asked for and, in a prompt, from the second token on
 */
public record ScoredToken(int id, int start, Optional<LogProbabilities> logProbabilities) {}
