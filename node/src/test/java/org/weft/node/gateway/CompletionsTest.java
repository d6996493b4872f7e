package org.weft.node.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weft.node.generation.ChatFormat;
import org.weft.node.generation.FakeModel;

final class CompletionsTest {
  private final Served served = new Served();

  @AfterEach
  void close() {
    served.close();
  }

  @Test
  void shouldAnswerInOpenAisShape() {
    served.fake.says(" 6, 7, 8");
    JsonNode answer = served.good(Served.COMPLETIONS, served.completion());
    assertEquals("text_completion", answer.get("object").textValue());
    assertTrue(answer.get("id").textValue().startsWith("cmpl-"));
    assertEquals(
        "{\"index\":0,\"text\":\" 6, 7, 8\",\"logprobs\":null,\"finish_reason\":\"stop\"}",
        answer.at("/choices/0").toString());
    ObjectNode few = served.completion();
    few.remove("max_tokens");
    served.fake.says("abcdefghijklmnopqrstuvwxyz");
    assertEquals(
        16,
        served.good(Served.COMPLETIONS, few).at("/usage/completion_tokens").intValue(),
        "the default of plain completions");
  }

  @Test
  void shouldEndBeforeAStopText() {
    served.fake.says(" 6, 7, 8, 9");
    for (JsonNode stop :
        List.of(
            Served.JSON.getNodeFactory().textNode(" 8"),
            Served.JSON.createArrayNode().add("zz").add(" 8"))) {
      ObjectNode body = served.completion();
      body.set("stop", stop);
      JsonNode choice = served.good(Served.COMPLETIONS, body).at("/choices/0");
      assertEquals(" 6, 7,", choice.get("text").textValue());
      assertEquals("stop", choice.get("finish_reason").textValue());
      assertEquals(" 6, 7,", text(served.events(Served.COMPLETIONS, body)));
    }
  }

  @Test
  void shouldAnswerEveryPromptOfABatchInOrder() throws Exception {
    served.fake.wanders();
    List<String> texts = new ArrayList<>();
    for (String prompt : List.of("ab", "cd")) {
      JsonNode choices =
          served.good(Served.COMPLETIONS, warm().put("prompt", prompt).put("n", 2)).get("choices");
      choices.forEach(choice -> texts.add(choice.get("text").textValue()));
    }
    ObjectNode batch = warm().put("n", 2);
    batch.putArray("prompt").add("ab").add("cd");
    JsonNode answer = served.good(Served.COMPLETIONS, batch);
    List<String> together = new ArrayList<>();
    answer.get("choices").forEach(choice -> together.add(choice.get("text").textValue()));
    assertEquals(texts, together);
    assertEquals(3, answer.at("/choices/3/index").intValue());
    assertEquals(1 + 2, answer.at("/usage/prompt_tokens").intValue(), "each prompt counts once");
    assertEquals(4 * 12, answer.at("/usage/completion_tokens").intValue());
    ObjectNode ids = warm();
    ids.set("prompt", Served.JSON.readTree("[99, 100]"));
    assertEquals(
        texts.get(2), served.good(Served.COMPLETIONS, ids).at("/choices/0/text").textValue());
    ids.set("prompt", Served.JSON.readTree("[[261], [99, 100]]"));
    assertEquals(
        List.of(texts.get(0), texts.get(2)),
        served.good(Served.COMPLETIONS, ids).get("choices").findValuesAsText("text"));
  }

  @Test
  void shouldBeginWithThePromptWhenItIsEchoed() throws Exception {
    served.fake.says("!");
    assertEquals(
        "hello:!",
        served
            .good(Served.COMPLETIONS, served.completion().put("echo", true))
            .at("/choices/0/text")
            .textValue());
    assertEquals(
        "hello:!", text(served.events(Served.COMPLETIONS, served.completion().put("echo", true))));
    ObjectNode ids = served.completion().put("echo", true);
    ids.set("prompt", Served.JSON.readTree("[104, 105]"));
    assertEquals("hi!", served.good(Served.COMPLETIONS, ids).at("/choices/0/text").textValue());
  }

  @Test
  void shouldGiveLogProbabilitiesInTheOldShape() {
    served.fake.says("a over ü");
    for (boolean stream : new boolean[] {false, true}) {
      ObjectNode body =
          served.completion().put("logprobs", 3).put("prompt", "größe:").put("echo", true);
      List<String> tokens = new ArrayList<>();
      List<Integer> offsets = new ArrayList<>();
      List<JsonNode> scores = new ArrayList<>();
      List<JsonNode> tops = new ArrayList<>();
      StringBuilder text = new StringBuilder();
      List<JsonNode> parts =
          stream
              ? served.events(Served.COMPLETIONS, body)
              : List.of(served.good(Served.COMPLETIONS, body));
      for (JsonNode part : parts) {
        JsonNode choice = part.at("/choices/0");
        text.append(choice.path("text").asText(""));
        JsonNode scored = choice.path("logprobs");
        scored.path("tokens").forEach(token -> tokens.add(token.textValue()));
        scored.path("text_offset").forEach(offset -> offsets.add(offset.intValue()));
        scored.path("token_logprobs").forEach(scores::add);
        scored.path("top_logprobs").forEach(tops::add);
      }
      assertEquals("größe:a over ü", text.toString());
      assertEquals(
          List.of(
              "g",
              "r",
              "bytes:\\xc3",
              "bytes:\\xb6",
              "bytes:\\xc3",
              "bytes:\\x9f",
              "e",
              ":",
              "a",
              " over",
              " ",
              "bytes:\\xc3",
              "bytes:\\xbc"),
          tokens);
      assertEquals(List.of(0, 1, 2, 2, 3, 3, 4, 5, 6, 7, 12, 13, 13), offsets);
      assertTrue(scores.getFirst().isNull());
      assertTrue(tops.getFirst().isNull());
      for (int i = 1; i < scores.size(); i++) {
        assertTrue(scores.get(i).doubleValue() <= 0);
        assertTrue(tops.get(i).size() >= 3 && tops.get(i).size() <= 4, tops.get(i).toString());
        assertEquals(scores.get(i), tops.get(i).get(tokens.get(i)));
      }
    }
  }

  @Test
  void shouldScoreAPromptAndGenerateNothingWhenMaxTokensIsZero() {
    served.fake.says("xyz");
    JsonNode answer =
        served.good(
            Served.COMPLETIONS,
            served
                .completion()
                .put("prompt", "say xyz")
                .put("echo", true)
                .put("logprobs", 0)
                .put("max_tokens", 0));
    assertEquals("say xyz", answer.at("/choices/0/text").textValue());
    assertEquals("length", answer.at("/choices/0/finish_reason").textValue());
    assertEquals(7, answer.at("/choices/0/logprobs/tokens").size());
    assertEquals(1, answer.at("/choices/0/logprobs/top_logprobs/6").size(), "the chosen one");
    assertTrue(answer.at("/choices/0/logprobs/token_logprobs/6").doubleValue() > -1e-6);
    assertEquals(0, answer.at("/usage/completion_tokens").intValue());
    JsonNode echoed =
        served.good(Served.COMPLETIONS, served.completion().put("echo", true).put("max_tokens", 0));
    assertEquals("hello:", echoed.at("/choices/0/text").textValue());
  }

  @Test
  void shouldTellTheAddedBosFromTextWhenThePromptIsEchoed() {
    try (Served bos = new Served(256, true, Duration.ofSeconds(5), config -> config)) {
      bos.fake.says("!");
      JsonNode scored =
          bos.good(Served.COMPLETIONS, bos.completion().put("echo", true).put("logprobs", 1))
              .at("/choices/0/logprobs");
      assertEquals("hello:!", String.join("", texts(scored.get("tokens"))));
      assertTrue(scored.at("/token_logprobs/0").isNull());
      assertEquals(0, scored.at("/text_offset/1").intValue());
      ObjectNode empty = bos.completion().put("prompt", "");
      assertEquals(1, bos.good(Served.COMPLETIONS, empty).at("/usage/prompt_tokens").intValue());
    }
    assertEquals(
        1,
        served
            .good(Served.COMPLETIONS, served.completion().put("prompt", "").put("max_tokens", 1))
            .at("/usage/prompt_tokens")
            .intValue(),
        "an empty prompt is the beginning of a document");
  }

  @Test
  void shouldLeaveAPromptAsItIsButForTheBosBeforeIt() {
    try (Served bos = new Served(256, true, Duration.ofSeconds(5), config -> config)) {
      bos.fake.says("!");
      ObjectNode body = bos.completion().put("prompt", "<s>x").put("echo", true).put("logprobs", 1);
      JsonNode answer = bos.good(Served.COMPLETIONS, body);
      assertEquals(3, answer.at("/usage/prompt_tokens").intValue(), "BOS, <s>, x, and no end");
      assertEquals(List.of("", "<s>", "x", "!"), texts(answer.at("/choices/0/logprobs/tokens")));
    }
  }

  @Test
  void shouldGoOnWithTextsWhenTheChatTemplateCannotBeRead() {
    ChatFormat unreadable =
        new ChatFormat.Unreadable("The chat template cannot be read at line 3: what is this.");
    try (Served broken =
        new Served(
            new FakeModel(256, false, unreadable), Duration.ofSeconds(5), config -> config)) {
      broken.fake.says("!");
      assertEquals(
          "!",
          broken.good(Served.COMPLETIONS, broken.completion()).at("/choices/0/text").textValue());
      assertEquals(
          "The chat template cannot be read at line 3: what is this.",
          Served.error(broken.post(Served.CHAT, broken.chat()), 400).get("message").textValue());
    }
  }

  @Test
  void shouldFollowTheLogitBias() throws Exception {
    served.fake.wanders();
    ObjectNode body = served.completion().put("max_tokens", 3);
    body.set("logit_bias", Served.JSON.readTree("{\"35\": 100}"));
    JsonNode answer = served.good(Served.COMPLETIONS, body);
    assertEquals("###", answer.at("/choices/0/text").textValue());
    assertEquals("length", answer.at("/choices/0/finish_reason").textValue());
  }

  private ObjectNode warm() {
    return served.completion().put("temperature", 1).put("seed", 3).put("max_tokens", 12);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.textValue()));
    return texts;
  }

  private static String text(List<JsonNode> events) {
    StringBuilder text = new StringBuilder();
    events.forEach(event -> text.append(event.at("/choices/0/text").asText("")));
    return text.toString();
  }
}
