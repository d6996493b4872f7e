package org.weft.node.gateway;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.weft.shard.sampling.LogProbabilities;

/** {@code chat.completion} and {@code chat.completion.chunk}. */
record ChatShape(TokenText tokens) implements AnswerShape {
  @Override
  public String idPrefix() {
    return "chatcmpl-";
  }

  @Override
  public String object() {
    return "chat.completion";
  }

  @Override
  public String chunkObject() {
    return "chat.completion.chunk";
  }

  @Override
  public String promptParameter() {
    return "messages";
  }

  @Override
  public ObjectNode choice(int index, Answer answer, String finish) {
    ObjectNode choice = Json.object().put("index", index);
    choice
        .putObject("message")
        .put("role", "assistant")
        .put("content", answer.text())
        .putNull("refusal");
    logProbabilities(choice, answer);
    return choice.put("finish_reason", finish);
  }

  @Override
  public Optional<ObjectNode> opening(int index) {
    ObjectNode choice = Json.object().put("index", index);
    choice.putObject("delta").put("role", "assistant").put("content", "").putNull("refusal");
    return Optional.of(choice.putNull("logprobs").putNull("finish_reason"));
  }

  @Override
  public ObjectNode piece(int index, Answer piece) {
    ObjectNode choice = Json.object().put("index", index);
    choice.putObject("delta").put("content", piece.text());
    logProbabilities(choice, piece);
    return choice.putNull("finish_reason");
  }

  @Override
  public ObjectNode closing(int index, String finish) {
    ObjectNode choice = Json.object().put("index", index);
    choice.putObject("delta");
    return choice.putNull("logprobs").put("finish_reason", finish);
  }

  private void logProbabilities(ObjectNode choice, Answer answer) {
    if (!answer.scored()) {
      choice.putNull("logprobs");
      return;
    }
    ObjectNode logProbabilities = choice.putObject("logprobs");
    ArrayNode content = logProbabilities.putArray("content");
    logProbabilities.putNull("refusal");
    for (Token token : answer.tokens()) {
      LogProbabilities scores = token.scored().logProbabilities().orElseThrow();
      ObjectNode entry = content.addObject();
      put(entry, token.scored().id(), token.scored().skippedBytes(), scores.chosen());
      ArrayNode top = entry.putArray("top_logprobs");
      for (LogProbabilities.Candidate candidate : scores.top()) {
        put(top.addObject(), candidate.token(), 0, candidate.logProbability());
      }
    }
  }

  private void put(ObjectNode entry, int id, int skipped, double logProbability) {
    entry.put("token", tokens.text(id, skipped, "")).put("logprob", logProbability);
    Optional<byte[]> bytes = tokens.bytes(id, skipped);
    if (bytes.isEmpty()) {
      entry.putNull("bytes");
      return;
    }
    ArrayNode list = entry.putArray("bytes");
    for (byte b : bytes.get()) {
      list.add(b & 0xff);
    }
  }
}
