package org.weft.node.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import org.weft.node.generation.ChatMessage;

/** A request to {@code /v1/chat/completions}. */
record ChatRequest(
    CommonParameters common,
    List<ChatMessage> messages,
    OptionalInt maxTokens,
    OptionalInt topLogProbabilities) {
  private static final int MAX_TOP = 20;
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  static ChatRequest read(Fields fields, int vocabulary, LongSupplier seeds) {
    refuseUnsupported(fields);
    CommonParameters.readHarmless(fields);
    ChatRequest request =
        new ChatRequest(
            CommonParameters.read(fields, vocabulary, seeds),
            messages(fields.required("messages")),
            maxTokens(fields),
            topLogProbabilities(fields));
    fields.end();
    return request;
  }

  private static void refuseUnsupported(Fields fields) {
    fields.unsupported("tools", NODES.arrayNode());
    fields.unsupported("tool_choice", TextNode.valueOf("none"));
    fields.unsupported("parallel_tool_calls", BooleanNode.TRUE);
    fields.unsupported("functions", NODES.arrayNode());
    fields.unsupported("function_call", TextNode.valueOf("none"));
    fields.unsupported("response_format", NODES.objectNode().put("type", "text"));
    fields.unsupported("modalities", NODES.arrayNode().add("text"));
    fields.unsupported("verbosity", TextNode.valueOf("medium"));
    fields.unsupported("reasoning_effort", TextNode.valueOf("none"), TextNode.valueOf("medium"));
    fields.unsupported("prediction");
    fields.unsupported("audio");
    fields.unsupported("web_search_options");
    fields.unsupported("moderation");
    readPromptCache(fields);
  }

  /** How long OpenAI keeps what it has computed of a prompt. */
  private static void readPromptCache(Fields fields) {
    fields.unsupported(
        "prompt_cache_retention", TextNode.valueOf("in_memory"), TextNode.valueOf("in-memory"));
    fields
        .object("prompt_cache_options")
        .ifPresent(options -> {
          options.unsupported("mode", TextNode.valueOf("implicit"));
          options.unsupported("ttl", TextNode.valueOf("30m"));
          options.end();
        });
  }

  private static OptionalInt maxTokens(Fields fields) {
    OptionalInt old = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
    OptionalInt now = fields.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
    if (old.isPresent() && now.isPresent() && !old.equals(now)) {
      throw ApiException.invalid(
          "max_tokens",
          "invalid_parameter_combination",
          "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.");
    }
    return now.isPresent() ? now : old;
  }

  private static OptionalInt topLogProbabilities(Fields fields) {
    boolean wanted = fields.bool("logprobs", false);
    OptionalInt top = fields.integer("top_logprobs", 0, MAX_TOP);
    if (!wanted && top.orElse(0) > 0) {
      throw ApiException.invalid(
          "top_logprobs",
          "invalid_value",
          "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.");
    }
    return wanted ? OptionalInt.of(top.orElse(0)) : OptionalInt.empty();
  }

  private static List<ChatMessage> messages(JsonNode node) {
    if (!(node instanceof ArrayNode array)) {
      throw Fields.wrongType("messages", "an array of objects", node);
    }
    if (array.isEmpty()) {
      throw ApiException.invalid(
          "messages",
          "empty_array",
          "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.");
    }
    List<ChatMessage> messages = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      String param = "messages[" + i + "]";
      if (!(array.get(i) instanceof ObjectNode object)) {
        throw Fields.wrongType(param, "an object", array.get(i));
      }
      messages.add(message(new Fields(object, param + "."), param));
    }
    return messages;
  }

  private static ChatMessage message(Fields fields, String param) {
    String role = role(Fields.string(fields.required("role"), param + ".role"), param + ".role");
    if (role.equals("assistant")) {
      // What answers of this API carry beside their text comes back with the conversation.
      fields.unsupported("tool_calls", NODES.arrayNode());
      fields.unsupported("function_call");
      fields.unsupported("audio");
      fields.unsupported("refusal");
      fields.unsupported("annotations", NODES.arrayNode());
    }
    var name = fields.string("name");
    String content = content(fields.required("content"), param + ".content");
    fields.end();
    return new ChatMessage(role, content, name);
  }

  private static String role(String role, String param) {
    return switch (role) {
      case "system", "developer" -> "system";
      case "user", "assistant" -> role;
      case "tool", "function" ->
          throw ApiException.invalid(
              param,
              "unsupported_value",
              "Invalid value: '%s'. This server does not call tools yet, so no message can have this role."
                  .formatted(role));
      default ->
          throw ApiException.invalid(
              param,
              "invalid_value",
              "Invalid value: '%s'. Supported values are: 'system', 'developer', 'user' and 'assistant'."
                  .formatted(role));
    };
  }

  /** A string, or parts of type text, which stand on lines of their own. */
  private static String content(JsonNode node, String param) {
    if (node.isTextual()) {
      return Fields.string(node, param);
    }
    if (!(node instanceof ArrayNode parts)) {
      throw Fields.wrongType(param, "a string or an array of objects", node);
    }
    if (parts.isEmpty()) {
      throw ApiException.invalid(
          param, "empty_array", "Invalid '%s': the array of parts is empty.".formatted(param));
    }
    List<String> texts = new ArrayList<>(parts.size());
    for (int i = 0; i < parts.size(); i++) {
      String at = param + "[" + i + "]";
      if (!(parts.get(i) instanceof ObjectNode object)) {
        throw Fields.wrongType(at, "an object", parts.get(i));
      }
      Fields part = new Fields(object, at + ".");
      String type = Fields.string(part.required("type"), at + ".type");
      if (!type.equals("text")) {
        throw ApiException.invalid(
            at + ".type",
            "unsupported_value",
            "Invalid value: '%s'. This server takes parts of type 'text' alone.".formatted(type));
      }
      texts.add(Fields.string(part.required("text"), at + ".text"));
      part.unsupported("prompt_cache_breakpoint");
      part.end();
    }
    return String.join("\n", texts);
  }
}
