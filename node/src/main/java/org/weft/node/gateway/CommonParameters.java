package org.weft.node.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.weft.shard.sampling.SamplingParameters;

/**
 * What chat and plain completions have in common.
 *
 * @param choices answers wanted for each prompt
 * @param usage whether a stream ends with a chunk of usage
 */
record CommonParameters(
    SamplingParameters sampling, int choices, List<String> stops, boolean stream, boolean usage) {
  static final int MAX_CHOICES = 16;
  private static final int MAX_STOPS = 4;
  private static final double MIN_REPETITION_PENALTY = 1e-6;
  private static final double MAX_REPETITION_PENALTY = 10;

  /** Seeds of requests without one come from {@code seeds}. */
  static CommonParameters read(Fields fields, int vocabulary, LongSupplier seeds) {
    boolean stream = fields.bool("stream", false);
    fields.string("user");
    return new CommonParameters(
        sampling(fields, vocabulary, seeds),
        fields.integer("n", 1, MAX_CHOICES).orElse(1),
        stops(fields.node("stop")),
        stream,
        usage(fields.object("stream_options"), stream));
  }

  /** Parameters of OpenAI that concern its own bookkeeping, or whose defaults alone are served. */
  static void readHarmless(Fields fields) {
    JsonNode metadata = fields.node("metadata");
    if (metadata != null && !metadata.isObject()) {
      throw Fields.wrongType("metadata", "an object", metadata);
    }
    fields.string("safety_identifier");
    fields.string("prompt_cache_key");
    fields.unsupported("store", BooleanNode.FALSE);
    fields.unsupported("service_tier", TextNode.valueOf("auto"), TextNode.valueOf("default"));
  }

  private static SamplingParameters sampling(Fields fields, int vocabulary, LongSupplier seeds) {
    double temperature = fields.number("temperature", 0, 2, 1);
    double topP = fields.number("top_p", 0, 1, 1);
    int topK = fields.integer("top_k", -1, Integer.MAX_VALUE).orElse(0); // -1 as in vLLM: off
    double minP = fields.number("min_p", 0, 1, 0);
    double repetition =
        fields.number("repetition_penalty", MIN_REPETITION_PENALTY, MAX_REPETITION_PENALTY, 1);
    double presence = fields.number("presence_penalty", -2, 2, 0);
    double frequency = fields.number("frequency_penalty", -2, 2, 0);
    var seed = fields.anyInteger("seed");
    return new SamplingParameters(
        temperature,
        Math.max(0, topK),
        topP,
        minP,
        repetition,
        presence,
        frequency,
        bias(fields.node("logit_bias"), vocabulary),
        seed.isPresent() ? seed.getAsLong() : seeds.getAsLong());
  }

  private static Map<Integer, Double> bias(@Nullable JsonNode node, int vocabulary) {
    if (node == null) {
      return Map.of();
    }
    if (!(node instanceof ObjectNode object)) {
      throw Fields.wrongType("logit_bias", "an object", node);
    }
    Map<Integer, Double> bias = new LinkedHashMap<>();
    for (var entry : object.properties()) {
      int token = token(entry.getKey());
      if (token < 0 || token >= vocabulary) {
        throw ApiException.invalid(
            "logit_bias",
            "invalid_value",
            "Invalid key in 'logit_bias': '%s' is not a token id from 0 to %d."
                .formatted(entry.getKey(), vocabulary - 1));
      }
      bias.put(token, Fields.number(entry.getValue(), "logit_bias." + token, -100, 100));
    }
    return bias;
  }

  /** The id that the text writes in plain digits, or -1. */
  private static int token(String text) {
    if (text.isEmpty() || text.length() > 9) {
      return -1;
    }
    int id = 0;
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return -1;
      }
      id = 10 * id + text.charAt(i) - '0';
    }
    return id;
  }

  private static List<String> stops(@Nullable JsonNode node) {
    if (node == null) {
      return List.of();
    }
    List<String> stops = new ArrayList<>();
    if (node.isArray()) {
      if (node.size() > MAX_STOPS) {
        throw ApiException.invalid(
            "stop",
            "array_above_max_length",
            "Invalid 'stop': array too long. Expected an array with maximum length %d, but got an array with length %d instead."
                .formatted(MAX_STOPS, node.size()));
      }
      for (int i = 0; i < node.size(); i++) {
        stops.add(Fields.string(node.get(i), "stop[" + i + "]"));
      }
    } else if (node.isTextual()) {
      stops.add(Fields.string(node, "stop"));
    } else {
      throw Fields.wrongType("stop", "a string or an array of strings", node);
    }
    if (stops.contains("")) {
      throw ApiException.invalid(
          "stop", "invalid_value", "Invalid 'stop': a stop text must not be empty.");
    }
    return stops;
  }

  private static boolean usage(Optional<Fields> given, boolean stream) {
    if (given.isEmpty()) {
      return false;
    }
    if (!stream) {
      throw ApiException.invalid(
          "stream_options",
          "invalid_value",
          "The 'stream_options' parameter is only allowed when 'stream' is enabled.");
    }
    Fields options = given.get();
    boolean usage = options.bool("include_usage", false);
    options.bool("include_obfuscation", false); // padding against eavesdroppers: none is added
    options.end();
    return usage;
  }
}
