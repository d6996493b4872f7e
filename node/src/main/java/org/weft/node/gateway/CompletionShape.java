package org.weft.node.gateway;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.weft.shard.sampling.LogProbabilities;

/** {@code text_completion}, whole and in chunks. */
record CompletionShape(TokenText tokens) implements AnswerShape {
  static final String INCOMPLETE = "bytes:";

  @Override
  public String idPrefix() {
    return "cmpl-";
  }

  @Override
  public String object() {
    return "text_completion";
  }

  @Override
  public String chunkObject() {
    return "text_completion";
  }

  @Override
  public String promptParameter() {
    return "prompt";
  }

  @Override
  public ObjectNode choice(int index, Answer answer, String finish) {
    return put(index, answer).put("finish_reason", finish);
  }

  @Override
  public Optional<ObjectNode> opening(int index) {
    return Optional.empty();
  }

  @Override
  public ObjectNode piece(int index, Answer piece) {
    return put(index, piece).putNull("finish_reason");
  }

  @Override
  public ObjectNode closing(int index, String finish) {
    return Json.object()
        .put("index", index)
        .put("text", "")
        .putNull("logprobs")
        .put("finish_reason", finish);
  }

  private ObjectNode put(int index, Answer answer) {
    ObjectNode choice = Json.object().put("index", index).put("text", answer.text());
    if (!answer.scored()) {
      return choice.putNull("logprobs");
    }
    ObjectNode logProbabilities = choice.putObject("logprobs");
    ArrayNode texts = logProbabilities.putArray("tokens");
    ArrayNode chosen = logProbabilities.putArray("token_logprobs");
    ArrayNode top = logProbabilities.putArray("top_logprobs");
    ArrayNode offsets = logProbabilities.putArray("text_offset");
    for (Token token : answer.tokens()) {
      texts.add(token.text());
      offsets.add(token.offset());
      Optional<LogProbabilities> scores = token.scored().logProbabilities();
      if (scores.isEmpty()) { // the first token of a prompt follows nothing
        chosen.addNull();
        top.addNull();
      } else {
        chosen.add(scores.get().chosen());
        putTop(top.addObject(), token, scores.get());
      }
    }
    return choice;
  }

  /** The likeliest tokens and, where it is not among them, the chosen one. */
  private void putTop(ObjectNode map, Token token, LogProbabilities scores) {
    boolean among = false;
    for (LogProbabilities.Candidate candidate : scores.top()) {
      among |= candidate.token() == token.scored().id();
      String text = tokens.text(candidate.token(), 0, INCOMPLETE);
      if (!map.has(text)) { // different tokens may look the same: the likelier one stays
        map.put(text, candidate.logProbability());
      }
    }
    String text = tokens.text(token.scored().id(), 0, INCOMPLETE);
    if (!among && !map.has(text)) {
      map.put(text, scores.chosen());
    }
  }
}
