package org.weft.node.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ChatCompletionsTest {
  private final Served served = new Served();

  @AfterEach
  void close() {
    served.close();
  }

  @Test
  void shouldAnswerInOpenAisShape() {
    served.fake.says("good day");
    JsonNode answer = served.good(Served.CHAT, served.chat());
    assertEquals("chat.completion", answer.get("object").textValue());
    assertTrue(answer.get("id").textValue().startsWith("chatcmpl-"));
    assertEquals(Served.NOW, answer.get("created").longValue());
    assertEquals("fake", answer.get("model").textValue());
    assertEquals("weft-fake", answer.get("system_fingerprint").textValue());
    assertEquals(
        """
        {"index":0,"message":{"role":"assistant","content":"good day","refusal":null},\
        "logprobs":null,"finish_reason":"stop"}\
        """,
        answer.at("/choices/0").toString());
    int prompt = answer.at("/usage/prompt_tokens").intValue();
    assertEquals(
        served
            .fake
            .tokenizer()
            .encode("<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\n", false, true)
            .length,
        prompt);
    assertEquals(9, answer.at("/usage/completion_tokens").intValue());
    assertEquals(prompt + 9, answer.at("/usage/total_tokens").intValue());
  }

  @Test
  void shouldStreamTheSameAnswerTokenByToken() {
    served.fake.says("good day");
    ObjectNode body = served.chat();
    body.putObject("stream_options").put("include_usage", true);
    List<JsonNode> events = served.events(Served.CHAT, body);
    assertEquals("[DONE]", events.getLast().textValue());
    JsonNode usage = events.get(events.size() - 2);
    assertTrue(usage.get("choices").isEmpty());
    assertEquals(9, usage.at("/usage/completion_tokens").intValue());
    assertEquals(
        "{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}",
        events.getFirst().at("/choices/0/delta").toString());
    JsonNode last = events.get(events.size() - 3);
    assertEquals("{}", last.at("/choices/0/delta").toString());
    assertEquals("stop", last.at("/choices/0/finish_reason").textValue());
    StringBuilder text = new StringBuilder();
    for (JsonNode event : events.subList(0, events.size() - 2)) {
      assertEquals("chat.completion.chunk", event.get("object").textValue());
      assertEquals(events.getFirst().get("id"), event.get("id"));
      assertTrue(event.get("usage").isNull());
      text.append(event.at("/choices/0/delta/content").asText(""));
      if (event != last) {
        assertTrue(event.at("/choices/0/finish_reason").isNull());
      }
    }
    assertEquals("good day", text.toString());
    assertEquals(1 + 8 + 1 + 2, events.size());
  }

  @Test
  void shouldLeaveUsageOutOfAStreamWhenNobodyAsks() {
    served.fake.says("x");
    for (JsonNode event : served.events(Served.CHAT, served.chat())) {
      assertFalse(event.has("usage"), event.toString());
    }
  }

  @Test
  void shouldGiveLogProbabilitiesOfEveryTokenWithItsBytes() {
    served.fake.says("aü!");
    ObjectNode body = served.chat().put("logprobs", true).put("top_logprobs", 3);
    JsonNode content = served.good(Served.CHAT, body).at("/choices/0/logprobs/content");
    assertEquals(4, content.size());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (JsonNode token : content) {
      assertTrue(token.get("logprob").doubleValue() <= 0);
      assertEquals(3, token.get("top_logprobs").size());
      assertEquals(token.get("token"), token.at("/top_logprobs/0/token"));
      token.get("bytes").forEach(b -> bytes.write(b.intValue()));
    }
    assertEquals("aü!", bytes.toString(StandardCharsets.UTF_8));
    assertEquals("\\xc3", content.at("/1/token").textValue());
    StringBuilder streamed = new StringBuilder();
    for (JsonNode event : served.events(Served.CHAT, body)) {
      event
          .at("/choices/0/logprobs/content")
          .forEach(token -> streamed.append(token.get("token").textValue()));
    }
    assertEquals("a\\xc3\\xbc!", streamed.toString());
  }

  @Test
  void shouldGiveNoCandidatesWhenNoneAreAskedFor() {
    served.fake.says("a");
    JsonNode content =
        served
            .good(Served.CHAT, served.chat().put("logprobs", true))
            .at("/choices/0/logprobs/content");
    assertEquals(0, content.at("/0/top_logprobs").size());
  }

  @Test
  void shouldGiveDifferentChoicesAndTheSameForTheSameSeed() {
    served.fake.wanders();
    ObjectNode body =
        served.chat().put("temperature", 1).put("n", 2).put("seed", 11).put("max_tokens", 20);
    JsonNode first = served.good(Served.CHAT, body).get("choices");
    JsonNode again = served.good(Served.CHAT, body).get("choices");
    assertEquals(first, again);
    assertNotEquals(first.at("/0/message/content"), first.at("/1/message/content"));
    assertEquals("length", first.at("/1/finish_reason").textValue());
    StringBuilder second = new StringBuilder();
    for (JsonNode event : served.events(Served.CHAT, body.deepCopy())) {
      if (event.at("/choices/0/index").asInt(0) == 1) {
        second.append(event.at("/choices/0/delta/content").asText(""));
      }
    }
    assertEquals(first.at("/1/message/content").textValue(), second.toString());
    assertNotEquals(
        first, served.good(Served.CHAT, body.put("seed", 12)).get("choices"), "another seed");
    ObjectNode unseeded = body.deepCopy();
    unseeded.remove("seed");
    assertNotEquals(
        served.good(Served.CHAT, unseeded).get("choices"),
        served.good(Served.CHAT, unseeded).get("choices"),
        "no seed: one is drawn each time");
  }

  @Test
  void shouldCapTheAnswerAtTheContextsEnd() {
    served.fake.wanders();
    ObjectNode body = served.chat().put("temperature", 1).put("max_tokens", 100_000);
    JsonNode answer = served.good(Served.CHAT, body);
    assertEquals("length", answer.at("/choices/0/finish_reason").textValue());
    assertEquals(1024, answer.at("/usage/total_tokens").intValue());
    body.remove("max_tokens");
    assertEquals(
        1024, served.good(Served.CHAT, body).at("/usage/total_tokens").intValue(), "the default");
  }

  @Test
  void shouldAcceptDefaultsAndNullsAndTheShapesOfSdks() throws Exception {
    served.fake.says("ok");
    ObjectNode body = served.chat();
    for (String name :
        List.of(
            "tools",
            "tool_choice",
            "response_format",
            "functions",
            "function_call",
            "audio",
            "modalities",
            "prediction",
            "logit_bias",
            "stop",
            "seed",
            "n",
            "top_p",
            "stream",
            "stream_options",
            "max_tokens",
            "max_completion_tokens",
            "presence_penalty",
            "frequency_penalty",
            "logprobs",
            "top_logprobs",
            "user",
            "metadata",
            "store",
            "service_tier",
            "parallel_tool_calls",
            "reasoning_effort",
            "top_k",
            "min_p",
            "repetition_penalty",
            "web_search_options",
            "verbosity",
            "safety_identifier",
            "moderation",
            "prompt_cache_key",
            "prompt_cache_options",
            "prompt_cache_retention")) {
      body.putNull(name);
    }
    served.good(Served.CHAT, body);
    JsonNode harmless =
        Served.JSON.readTree(
            """
            {"model": "fake", "tools": [], "tool_choice": "none", "modalities": ["text"],
             "response_format": {"type": "text"}, "store": false, "service_tier": "auto",
             "user": "me", "metadata": {"a": "b"}, "logit_bias": {}, "stop": [], "n": 1,
             "reasoning_effort": "medium", "verbosity": "medium",
             "prompt_cache_options": {"mode": "implicit", "ttl": "30m"},
             "max_completion_tokens": 8, "top_k": 40, "min_p": 0.05, "repetition_penalty": 1.1,
             "messages": [
               {"role": "developer", "content": "be brief"},
               {"role": "user", "name": "ann", "content": [
                 {"type": "text", "text": "one"}, {"type": "text", "text": "two"}]},
               {"role": "assistant", "content": "three", "refusal": null, "tool_calls": null,
                "function_call": null, "audio": null, "annotations": []},
               {"role": "user", "content": ""}]}
            """);
    JsonNode answer = served.good(Served.CHAT, harmless);
    String rendered =
        "<|im_start|>system\nbe brief<|im_end|>\n<|im_start|>user\none\ntwo<|im_end|>\n"
            + "<|im_start|>assistant\nthree<|im_end|>\n<|im_start|>user\n<|im_end|>\n"
            + "<|im_start|>assistant\n";
    assertEquals(
        served.fake.tokenizer().encode(rendered, false, true).length,
        answer.at("/usage/prompt_tokens").intValue());
  }

  @Test
  void shouldAcceptEveryNameOfADefaultWhenOpenAiHasSeveral() throws Exception {
    served.fake.says("ok");
    for (String defaults :
        List.of(
            "{\"reasoning_effort\": \"none\"}",
            "{\"service_tier\": \"default\"}",
            "{\"prompt_cache_options\": {}}",
            "{\"prompt_cache_retention\": \"in_memory\"}",
            "{\"prompt_cache_retention\": \"in-memory\"}")) {
      ObjectNode body = served.chat();
      body.setAll((ObjectNode) Served.JSON.readTree(defaults));
      served.good(Served.CHAT, body);
    }
    JsonNode refused =
        served.post(Served.CHAT, served.chat().put("reasoning_effort", "max")).json();
    assertEquals(
        "Unsupported parameter: 'reasoning_effort' is not supported by this server, but for the value \"none\" or \"medium\".",
        refused.at("/error/message").textValue());
  }

  @Test
  void shouldSendAnErrorAsAnEventWhenTheChainBreaksInMidStream() {
    served.fake.says("abcdefghijklm");
    int prompt = served.good(Served.CHAT, served.chat()).at("/usage/prompt_tokens").intValue();
    served.fake.failsAt(prompt + 4);
    List<JsonNode> events = served.events(Served.CHAT, served.chat());
    JsonNode error = events.getLast().get("error");
    assertEquals("unreachable", error.get("code").textValue());
    assertEquals("Block server n2 left.", error.get("message").textValue());
    served.fake.failsAt(3);
    Served.Answer early = served.post(Served.CHAT, served.chat().put("stream", true));
    assertEquals(503, early.status(), "nothing was sent yet: the status tells");
    assertEquals("2", early.header("retry-after"));
  }
}
