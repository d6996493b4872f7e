package org.weft.node.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.weft.node.generation.ScoredToken;

/** What chat and plain completions look like in JSON, whole and in chunks. */
sealed interface AnswerShape permits ChatShape, CompletionShape {
  String idPrefix();

  String object();

  String chunkObject();

  /** The name of the parameter that a prompt comes in. */
  String promptParameter();

  /** A whole answer's {@code choices} entry. */
  ObjectNode choice(int index, Answer answer, String finish);

  /** What a stream says before the first piece of a choice, if anything. */
  Optional<ObjectNode> opening(int index);

  /** A piece of a choice. */
  ObjectNode piece(int index, Answer piece);

  /** The last chunk of a choice. */
  ObjectNode closing(int index, String finish);

  /**
   * An answer, or a piece of one.
   *
   * @param scored whether log-probabilities were asked for
   * @param start code points of the choice's text before this piece's
   */
  record Answer(String text, List<Token> tokens, boolean scored, int start) {}

  /**
   * A token with log-probabilities.
   *
   * @param text as it stands in the choice's text
   * @param offset code points of the choice's text before it
   */
  record Token(ScoredToken scored, String text, int offset) {}
}
