package org.weft.shard.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.gguf.GgufWriter;

/** What model files say of tokenizers, the odd things among it that llama.cpp takes. */
final class TokenizerFileTest {
  private static final List<String> TOKENS =
      List.of("<unk>", "<s>", "</s>", "\u2581", "a", "b", "\u2581a", "ab", "\u2581ab");

  @TempDir Path folder;

  private Tokenizer read(Consumer<GgufWriter> change) {
    GgufWriter writer = new GgufWriter();
    writer.string("tokenizer.ggml.model", "llama").strings("tokenizer.ggml.tokens", TOKENS);
    writer.integers("tokenizer.ggml.token_type", 2, 3, 3, 1, 1, 1, 1, 1, 1);
    change.accept(writer);
    try (GgufFile file = GgufFile.open(writer.write(folder.resolve("model.gguf")))) {
      return Tokenizer.of(file);
    }
  }

  private static void scored(GgufWriter writer) {
    writer.numbers("tokenizer.ggml.scores", 0, 0, 0, -9, -8, -7, -2, -1, -3);
  }

  private static void embedding(GgufWriter writer, int rows) {
    writer.floats("token_embd.weight", new long[] {2, rows}, new float[2 * rows]);
  }

  private void refused(ShardError error, String says, Consumer<GgufWriter> change) {
    ShardException refused = assertThrows(ShardException.class, () -> read(change));
    assertEquals(error, refused.error());
    assertTrue(String.valueOf(refused.getMessage()).contains(says), refused.getMessage());
  }

  @Test
  void shouldGiveRowsWithoutATokenNoTextWhenTheEmbeddingHasMore() {
    Tokenizer tokenizer =
        read(writer -> {
          scored(writer);
          embedding(writer, 12);
        });
    assertEquals(12, tokenizer.size());
    assertEquals("[PAD11]", tokenizer.piece(11));
    assertArrayEquals(new byte[0], tokenizer.bytes(11, true));
    assertArrayEquals(new byte[0], tokenizer.bytes(9, false));
    assertEquals("ab", tokenizer.decode(new int[] {9, 10, 7, 11}));
    assertEquals("", tokenizer.detokenizer().accept(9));
    assertFalse(tokenizer.ends(11) || tokenizer.special(11) || tokenizer.spaceAdded(11));
    assertArrayEquals(new int[] {8}, tokenizer.encode("ab", false, true));
    // Text that looks like the name of such a token is text.
    for (int id : tokenizer.encode("[PAD11]", false, true)) {
      assertTrue(id < TOKENS.size());
    }
    assertThrows(ShardException.class, () -> tokenizer.piece(12));
  }

  @Test
  void shouldRefuseWhenTheEmbeddingHasFewerRowsThanThereAreTokens() {
    refused(
        ShardError.FORMAT,
        "tokenizer.ggml.tokens has 9 tokens, but the model's embedding only 8 rows",
        writer -> {
          scored(writer);
          embedding(writer, 8);
        });
  }

  @Test
  void shouldMergeFromTheLeftWhenThereAreNoScores() {
    Tokenizer tokenizer = read(writer -> {});
    assertArrayEquals(new int[] {8, 7}, tokenizer.encode("abab", false, false));
  }

  @ParameterizedTest
  @CsvSource({"eot,9", "eot,-1", "eom,300", "fim_pad,9", "fim_rep,99999"})
  void shouldHaveNoTokenInARoleWhenTheFileNamesNone(String role, int id) {
    Tokenizer tokenizer =
        read(writer -> {
          scored(writer);
          embedding(writer, 12);
          writer.i32("tokenizer.ggml." + role + "_token_id", id);
        });
    for (int each = 0; each < tokenizer.size(); each++) {
      assertEquals(each == 2, tokenizer.ends(each), "token " + each);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bos", "eos", "unknown"})
  void shouldNameTheKeyWhenATokenThatMattersIsNone(String role) {
    String key = "tokenizer.ggml." + role + "_token_id";
    refused(
        ShardError.FORMAT,
        key + " is 9",
        writer -> {
          scored(writer);
          embedding(writer, 12);
          writer.u32(key, 9);
        });
  }

  @Test
  void shouldReadTheEndsThatTheFileNames() {
    Tokenizer tokenizer =
        read(writer -> {
          scored(writer);
          writer.u32("tokenizer.ggml.eos_token_id", 4).u32("tokenizer.ggml.eot_token_id", 5);
        });
    assertEquals(OptionalInt.of(4), tokenizer.eos());
    assertTrue(tokenizer.ends(4) && tokenizer.ends(5) && tokenizer.ends(2));
    assertFalse(tokenizer.ends(6));
  }

  @Test
  void shouldTakeTheLastOfTokensThatAreWrittenAlike() {
    Tokenizer tokenizer =
        readTokens(
            List.of("<unk>", "a", "b", "ab", "<t>", "a", "ab", "<t>"), 2, 1, 1, 1, 4, 1, 1, 4);
    assertArrayEquals(new int[] {6, 5, 7}, tokenizer.encode("aba<t>", false, false));
    assertEquals("abab<t><t>", tokenizer.decode(new int[] {3, 6, 4, 7}));
  }

  private Tokenizer readTokens(List<String> tokens, int... types) {
    GgufWriter writer = new GgufWriter();
    writer.string("tokenizer.ggml.model", "llama").strings("tokenizer.ggml.tokens", tokens);
    writer.integers("tokenizer.ggml.token_type", types);
    writer.bool("tokenizer.ggml.add_space_prefix", false);
    try (GgufFile file = GgufFile.open(writer.write(folder.resolve("tokens.gguf")))) {
      return Tokenizer.of(file);
    }
  }
}
