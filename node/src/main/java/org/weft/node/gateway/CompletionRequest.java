package org.weft.node.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A request to {@code /v1/completions}. */
record CompletionRequest(
    CommonParameters common,
    List<Prompt> prompts,
    int maxTokens,
    OptionalInt topLogProbabilities,
    boolean echo) {
  private static final int DEFAULT_MAX_TOKENS = 16;
  private static final int MAX_TOP = 5;
  private static final int MAX_ANSWERS = 256;

  /** A text, or tokens. */
  sealed interface Prompt {
    record Text(String text) implements Prompt {}

    record Ids(int[] ids) implements Prompt {}
  }

  static CompletionRequest read(Fields fields, int vocabulary, LongSupplier seeds) {
    CommonParameters.readHarmless(fields);
    CommonParameters common = CommonParameters.read(fields, vocabulary, seeds);
    boolean echo = fields.bool("echo", false);
    List<Prompt> prompts = prompts(fields.node("prompt"), vocabulary);
    if (prompts.size() * common.choices() > MAX_ANSWERS) {
      throw ApiException.invalid(
          "prompt",
          "array_above_max_length",
          "Invalid 'prompt': %d prompts with 'n' = %d are more than %d answers."
              .formatted(prompts.size(), common.choices(), MAX_ANSWERS));
    }
    requireDefaults(fields, common.choices());
    CompletionRequest request =
        new CompletionRequest(
            common,
            prompts,
            // None at all makes sense only to look at the prompt itself.
            fields
                .integer("max_tokens", echo ? 0 : 1, Integer.MAX_VALUE)
                .orElse(DEFAULT_MAX_TOKENS),
            fields.integer("logprobs", 0, MAX_TOP),
            echo);
    fields.end();
    return request;
  }

  private static void requireDefaults(Fields fields, int choices) {
    var suffix = fields.string("suffix");
    if (suffix.isPresent() && !suffix.get().isEmpty()) {
      throw ApiException.unsupported("suffix", "is not supported by this server");
    }
    var bestOf = fields.integer("best_of", 1, Integer.MAX_VALUE);
    if (bestOf.isPresent() && bestOf.getAsInt() != choices) {
      throw ApiException.unsupported(
          "best_of", "is not supported by this server, but for the value of 'n'");
    }
  }

  private static List<Prompt> prompts(@Nullable JsonNode node, int vocabulary) {
    if (node == null) {
      return List.of(new Prompt.Text("")); // as from the beginning of a new document
    }
    if (node.isTextual()) {
      return List.of(new Prompt.Text(Fields.string(node, "prompt")));
    }
    if (!(node instanceof ArrayNode array)) {
      throw wrongType(node);
    }
    if (array.isEmpty()) {
      throw empty("prompt");
    }
    if (array.get(0).isNumber()) {
      return List.of(ids(array, "prompt", vocabulary));
    }
    List<Prompt> prompts = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      String param = "prompt[" + i + "]";
      JsonNode item = array.get(i);
      // All texts, or all lists of tokens, as the first is.
      if (item instanceof ArrayNode list && array.get(0).isArray()) {
        prompts.add(ids(list, param, vocabulary));
      } else if (item.isTextual() && array.get(0).isTextual()) {
        prompts.add(new Prompt.Text(Fields.string(item, param)));
      } else {
        throw wrongType(node);
      }
    }
    return prompts;
  }

  private static Prompt ids(ArrayNode array, String param, int vocabulary) {
    if (array.isEmpty()) {
      throw empty(param);
    }
    int[] ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (int) Fields.integer(array.get(i), param + "[" + i + "]", 0, vocabulary - 1L);
    }
    return new Prompt.Ids(ids);
  }

  private static ApiException empty(String param) {
    return ApiException.invalid(
        param, "empty_array", "Invalid '%s': the array is empty.".formatted(param));
  }

  private static ApiException wrongType(JsonNode node) {
    if (node.isArray()) {
      return ApiException.invalid(
          "prompt",
          "invalid_type",
          "Invalid type for 'prompt': expected a string, an array of strings, an array of token ids or an array of arrays of token ids.");
    }
    return Fields.wrongType(
        "prompt",
        "a string, an array of strings, an array of token ids or an array of arrays of token ids",
        node);
  }
}
