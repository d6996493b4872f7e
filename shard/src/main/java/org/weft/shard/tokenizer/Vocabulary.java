package org.weft.shard.tokenizer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/**
 * The tokens of a model: how each is written and what kind it is. Models often have more rows than
 * tokens, for a rounder size: the ids of those are tokens without a text. Immutable; any thread.
 */
final class Vocabulary {
  private final List<String> tokens;
  private final TokenType[] types;
  private final Map<String, Integer> ids;
  private final boolean typed;
  private final int size;

  /**
   * @param numbers the type of each token as GGUF numbers them; null where the file has none, and
   *     then all are normal
   * @param size the model's rows, at least as many as {@code tokens}
   */
  Vocabulary(List<String> tokens, int @Nullable [] numbers, int size) {
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
    if (tokens.size() > size) {
      throw new ShardException(
          ShardError.FORMAT,
          "tokenizer.ggml.tokens has "
              + tokens.size()
              + " tokens, but the model's embedding only "
              + size
              + " rows.");
    }
    this.size = size;
    this.tokens = List.copyOf(tokens);
    this.typed = numbers != null;
    types = new TokenType[tokens.size()];
    ids = HashMap.newHashMap(tokens.size());
    for (int id = 0; id < types.length; id++) {
      types[id] = numbers == null ? TokenType.NORMAL : TokenType.of(numbers[id], id);
      if (!this.tokens.get(id).isEmpty()) {
        ids.put(this.tokens.get(id), id);
      }
    }
    for (String name : SpecialIds.END_NAMES) {
      // Converters have left such tokens as plain ones, and then prompts would spell them out.
      id(name).ifPresent(id -> types[id] = TokenType.CONTROL);
    }
  }

  /** All ids, those without a text too. */
  int size() {
    return size;
  }

  /** The ids that the file lists: those from here to {@link #size()} have no text. */
  int listed() {
    return types.length;
  }

  /** True if the file gave types. */
  boolean typed() {
    return typed;
  }

  /** How it is written; for an id without a text a name that converters give such. */
  String text(int id) {
    return check(id) < types.length ? tokens.get(id) : "[PAD" + id + "]";
  }

  TokenType type(int id) {
    return check(id) < types.length ? types[id] : TokenType.UNUSED;
  }

  /** The token that is written so; the highest if several are, as llama.cpp has it. */
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
    if (id < 0 || id >= size) {
      throw new ShardException(
          ShardError.ARGUMENT,
          "Token " + id + " is outside the vocabulary of " + size + " tokens.");
    }
    return id;
  }
}
