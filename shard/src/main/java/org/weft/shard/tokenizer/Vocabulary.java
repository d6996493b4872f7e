package org.weft.shard.tokenizer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/** The tokens of a model: how each is written and what kind it is. Immutable; any thread. */
final class Vocabulary {
  private final List<String> tokens;
  private final TokenType[] types;
  private final Map<String, Integer> ids;
  private final boolean typed;

  /**
   * @param numbers the type of each token as GGUF numbers them; null where the file has none, and
   *     then all are normal
   */
  Vocabulary(List<String> tokens, int @Nullable [] numbers) {
    if (numbers != null && numbers.length != tokens.size()) {
      throw new ShardException(
          ShardError.FORMAT,
          "tokenizer.ggml.token_type has "
              + numbers.length
              + " entries, but tokenizer.ggml.tokens has "
              + tokens.size()
              + ".");
    }
    if (tokens.isEmpty()) {
      throw new ShardException(ShardError.FORMAT, "tokenizer.ggml.tokens is empty.");
    }
    this.tokens = List.copyOf(tokens);
    this.typed = numbers != null;
    types = new TokenType[tokens.size()];
    ids = HashMap.newHashMap(tokens.size());
    for (int id = 0; id < types.length; id++) {
      types[id] = numbers == null ? TokenType.NORMAL : TokenType.of(numbers[id], id);
      if (!this.tokens.get(id).isEmpty()) {
        ids.putIfAbsent(this.tokens.get(id), id);
      }
    }
    for (String name : SpecialIds.END_NAMES) {
      // Converters have left such tokens as plain ones, and then prompts would spell them out.
      id(name).ifPresent(id -> types[id] = TokenType.CONTROL);
    }
  }

  int size() {
    return types.length;
  }

  /** True if the file gave types. */
  boolean typed() {
    return typed;
  }

  String text(int id) {
    return tokens.get(check(id));
  }

  TokenType type(int id) {
    return types[check(id)];
  }

  /** The token that is written so; the lowest if several are. */
  OptionalInt id(String text) {
    Integer id = ids.get(text);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** Control and unknown tokens: no text of their own. */
  boolean special(int id) {
    TokenType type = type(id);
    return type == TokenType.CONTROL || type == TokenType.UNKNOWN;
  }

  int check(int id) {
    if (id < 0 || id >= types.length) {
      throw new ShardException(
          ShardError.ARGUMENT,
          "Token " + id + " is outside the vocabulary of " + types.length + " tokens.");
    }
    return id;
  }
}
