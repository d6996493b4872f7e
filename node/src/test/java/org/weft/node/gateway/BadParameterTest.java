package org.weft.node.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Well-formed requests with one field that is wrong: the error names it. */
final class BadParameterTest {
  private static Served served;

  @BeforeAll
  static void start() {
    served = new Served();
    served.fake.says("fine");
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  /** What to change in a good request, and what the error has to name. */
  private record Bad(String change, int status, String param, String code) {
    static Bad of(String change, String param, String code) {
      return new Bad(change, 400, param, code);
    }
  }

  private static final List<Bad> CHAT =
      List.of(
          Bad.of("{\"messages\": null}", "messages", "missing_required_parameter"),
          Bad.of("{\"messages\": []}", "messages", "empty_array"),
          Bad.of("{\"messages\": \"x\"}", "messages", "invalid_type"),
          Bad.of("{\"messages\": [5]}", "messages[0]", "invalid_type"),
          Bad.of(
              "{\"messages\": [{\"content\": \"x\"}]}",
              "messages[0].role",
              "missing_required_parameter"),
          Bad.of(
              "{\"messages\": [{\"role\": \"user\"}]}",
              "messages[0].content",
              "missing_required_parameter"),
          Bad.of(
              "{\"messages\": [{\"role\": \"wizard\", \"content\": \"x\"}]}",
              "messages[0].role",
              "invalid_value"),
          Bad.of(
              "{\"messages\": [{\"role\": \"tool\", \"content\": \"x\"}]}",
              "messages[0].role",
              "unsupported_value"),
          Bad.of(
              "{\"messages\": [{\"role\": \"user\", \"content\": 5}]}",
              "messages[0].content",
              "invalid_type"),
          Bad.of(
              "{\"messages\": [{\"role\": \"user\", \"content\": []}]}",
              "messages[0].content",
              "empty_array"),
          Bad.of(
              "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\", \"image_url\": {\"url\": \"x\"}}]}]}",
              "messages[0].content[0].type",
              "unsupported_value"),
          Bad.of(
              "{\"messages\": [{\"role\": \"user\", \"content\": [\"x\"]}]}",
              "messages[0].content[0]",
              "invalid_type"),
          Bad.of(
              "{\"messages\": [{\"role\": \"user\", \"content\": \"x\", \"mood\": 1}]}",
              "messages[0].mood",
              "unknown_parameter"),
          Bad.of(
              "{\"messages\": [{\"role\": \"assistant\", \"content\": null, \"tool_calls\": [{\"id\": \"1\"}]}]}",
              "messages[0].tool_calls",
              "unsupported_parameter"),
          Bad.of(
              "{\"messages\": [{\"role\": \"user\", \"content\": \"\\ud800\"}]}",
              "messages[0].content",
              "invalid_value"),
          Bad.of(
              "{\"messages\": [{\"role\": \"user\", \"content\": \"refuse me\"}]}",
              "messages",
              "invalid_value"),
          Bad.of(
              "{\"max_completion_tokens\": 0}", "max_completion_tokens", "integer_below_min_value"),
          Bad.of(
              "{\"max_tokens\": 5, \"max_completion_tokens\": 6}",
              "max_tokens",
              "invalid_parameter_combination"),
          Bad.of("{\"top_logprobs\": 4}", "top_logprobs", "invalid_value"),
          Bad.of(
              "{\"logprobs\": true, \"top_logprobs\": 21}",
              "top_logprobs",
              "integer_above_max_value"),
          Bad.of("{\"logprobs\": 3}", "logprobs", "invalid_type"),
          Bad.of("{\"tools\": [{\"type\": \"function\"}]}", "tools", "unsupported_parameter"),
          Bad.of("{\"tool_choice\": \"auto\"}", "tool_choice", "unsupported_parameter"),
          Bad.of(
              "{\"parallel_tool_calls\": false}", "parallel_tool_calls", "unsupported_parameter"),
          Bad.of("{\"functions\": [{}]}", "functions", "unsupported_parameter"),
          Bad.of(
              "{\"response_format\": {\"type\": \"json_object\"}}",
              "response_format",
              "unsupported_parameter"),
          Bad.of("{\"modalities\": [\"audio\"]}", "modalities", "unsupported_parameter"),
          Bad.of("{\"audio\": {\"voice\": \"x\"}}", "audio", "unsupported_parameter"),
          Bad.of("{\"reasoning_effort\": \"low\"}", "reasoning_effort", "unsupported_parameter"),
          Bad.of(
              "{\"prompt_cache_retention\": \"24h\"}",
              "prompt_cache_retention",
              "unsupported_parameter"),
          Bad.of(
              "{\"prompt_cache_options\": {\"mode\": \"explicit\"}}",
              "prompt_cache_options.mode",
              "unsupported_parameter"),
          Bad.of(
              "{\"prompt_cache_options\": {\"size\": 1}}",
              "prompt_cache_options.size",
              "unknown_parameter"),
          Bad.of("{\"prompt_cache_options\": 5}", "prompt_cache_options", "invalid_type"),
          Bad.of(
              "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"x\", \"prompt_cache_breakpoint\": {\"mode\": \"explicit\"}}]}]}",
              "messages[0].content[0].prompt_cache_breakpoint",
              "unsupported_parameter"),
          Bad.of("{\"store\": true}", "store", "unsupported_parameter"),
          Bad.of("{\"prompt\": \"x\"}", "prompt", "unknown_parameter"));

  private static final List<Bad> COMPLETION =
      List.of(
          Bad.of("{\"prompt\": 5}", "prompt", "invalid_type"),
          Bad.of("{\"prompt\": []}", "prompt", "empty_array"),
          Bad.of("{\"prompt\": [[]]}", "prompt[0]", "empty_array"),
          Bad.of("{\"prompt\": [\"a\", [1]]}", "prompt", "invalid_type"),
          Bad.of("{\"prompt\": [1, \"a\"]}", "prompt[1]", "invalid_type"),
          Bad.of("{\"prompt\": [1, 1.5]}", "prompt[1]", "invalid_type"),
          Bad.of("{\"prompt\": [-1]}", "prompt[0]", "integer_below_min_value"),
          Bad.of("{\"prompt\": [99999999]}", "prompt[0]", "integer_above_max_value"),
          Bad.of("{\"prompt\": [true]}", "prompt", "invalid_type"),
          Bad.of("{\"logprobs\": 6}", "logprobs", "integer_above_max_value"),
          Bad.of("{\"logprobs\": true}", "logprobs", "invalid_type"),
          Bad.of("{\"suffix\": \"x\"}", "suffix", "unsupported_parameter"),
          Bad.of("{\"best_of\": 2}", "best_of", "unsupported_parameter"),
          Bad.of("{\"echo\": 1}", "echo", "invalid_type"),
          Bad.of("{\"messages\": []}", "messages", "unknown_parameter"));

  private static final List<Bad> BOTH =
      List.of(
          Bad.of("{\"model\": null}", "model", "missing_required_parameter"),
          Bad.of("{\"model\": 5}", "model", "invalid_type"),
          new Bad("{\"model\": \"nope\"}", 404, "model", "model_not_found"),
          Bad.of("{\"temperature\": -1}", "temperature", "decimal_below_min_value"),
          Bad.of("{\"temperature\": 2.5}", "temperature", "decimal_above_max_value"),
          Bad.of("{\"temperature\": \"hot\"}", "temperature", "invalid_type"),
          Bad.of("{\"temperature\": true}", "temperature", "invalid_type"),
          Bad.of("{\"temperature\": 1e999}", "temperature", "decimal_above_max_value"),
          Bad.of("{\"top_p\": 2}", "top_p", "decimal_above_max_value"),
          Bad.of("{\"max_tokens\": 0}", "max_tokens", "integer_below_min_value"),
          Bad.of("{\"max_tokens\": -5}", "max_tokens", "integer_below_min_value"),
          Bad.of("{\"max_tokens\": 1.5}", "max_tokens", "invalid_type"),
          Bad.of("{\"max_tokens\": \"8\"}", "max_tokens", "invalid_type"),
          Bad.of("{\"max_tokens\": true}", "max_tokens", "invalid_type"),
          Bad.of("{\"max_tokens\": 99999999999}", "max_tokens", "integer_above_max_value"),
          Bad.of(
              "{\"max_tokens\": -99999999999999999999}", "max_tokens", "integer_below_min_value"),
          Bad.of("{\"n\": 0}", "n", "integer_below_min_value"),
          Bad.of("{\"n\": 1000}", "n", "integer_above_max_value"),
          Bad.of("{\"seed\": 1.5}", "seed", "invalid_type"),
          Bad.of("{\"seed\": 99999999999999999999}", "seed", "integer_above_max_value"),
          Bad.of("{\"stop\": [1]}", "stop[0]", "invalid_type"),
          Bad.of("{\"stop\": 5}", "stop", "invalid_type"),
          Bad.of("{\"stop\": \"\"}", "stop", "invalid_value"),
          Bad.of(
              "{\"stop\": [\"a\", \"b\", \"c\", \"d\", \"e\"]}", "stop", "array_above_max_length"),
          Bad.of("{\"stream\": \"yes\"}", "stream", "invalid_type"),
          Bad.of(
              "{\"stream_options\": {\"include_usage\": true}}", "stream_options", "invalid_value"),
          Bad.of(
              "{\"stream\": true, \"stream_options\": {\"include_usage\": 1}}",
              "stream_options.include_usage",
              "invalid_type"),
          Bad.of(
              "{\"stream\": true, \"stream_options\": {\"x\": 1}}",
              "stream_options.x",
              "unknown_parameter"),
          Bad.of("{\"logit_bias\": {\"x\": 1}}", "logit_bias", "invalid_value"),
          Bad.of("{\"logit_bias\": {\"99999\": 1}}", "logit_bias", "invalid_value"),
          Bad.of("{\"logit_bias\": {\"-1\": 1}}", "logit_bias", "invalid_value"),
          Bad.of("{\"logit_bias\": {\"5\": 101}}", "logit_bias.5", "decimal_above_max_value"),
          Bad.of("{\"logit_bias\": {\"5\": \"1\"}}", "logit_bias.5", "invalid_type"),
          Bad.of("{\"logit_bias\": [1]}", "logit_bias", "invalid_type"),
          Bad.of("{\"presence_penalty\": 3}", "presence_penalty", "decimal_above_max_value"),
          Bad.of("{\"frequency_penalty\": \"x\"}", "frequency_penalty", "invalid_type"),
          Bad.of("{\"repetition_penalty\": 0}", "repetition_penalty", "decimal_below_min_value"),
          Bad.of("{\"top_k\": 0.5}", "top_k", "invalid_type"),
          Bad.of("{\"min_p\": 1.5}", "min_p", "decimal_above_max_value"),
          Bad.of("{\"user\": 5}", "user", "invalid_type"),
          Bad.of("{\"metadata\": \"x\"}", "metadata", "invalid_type"),
          Bad.of("{\"service_tier\": \"priority\"}", "service_tier", "unsupported_parameter"),
          Bad.of("{\"no_such_parameter\": 1}", "no_such_parameter", "unknown_parameter"),
          Bad.of("{\"no_such_parameter\": null}", "no_such_parameter", "unknown_parameter"));

  @TestFactory
  List<DynamicTest> shouldRefuseAndNameTheParameter() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Bad bad : CHAT) {
      tests.add(test(Served.CHAT, bad));
    }
    for (Bad bad : COMPLETION) {
      tests.add(test(Served.COMPLETIONS, bad));
    }
    for (Bad bad : BOTH) {
      tests.add(test(Served.CHAT, bad));
      tests.add(test(Served.COMPLETIONS, bad));
    }
    return tests;
  }

  private static DynamicTest test(String path, Bad bad) {
    return DynamicTest.dynamicTest(
        path + " " + bad.change(),
        () -> {
          ObjectNode body = path.equals(Served.CHAT) ? served.chat() : served.completion();
          body.setAll((ObjectNode) Served.JSON.readTree(bad.change()));
          // What Jackson cannot write: a number that is no double, and half a surrogate pair.
          String text =
              body.toString()
                  .replace("\"Infinity\"", "1e999")
                  .replace(String.valueOf((char) 0xd800), "\\ud800");
          JsonNode error = Served.error(served.post(path, text), bad.status());
          assertEquals(bad.param(), error.get("param").textValue(), error.toString());
          assertEquals(bad.code(), error.get("code").textValue(), error.toString());
        });
  }
}
