package org.weft.shard.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.gguf.GgufWriter;

final class BoundaryTokensTest {
  private static final List<String> TOKENS = List.of("<s>", "</s>", "<begin>", "<end>");
  private static final BoundaryTokens NONE = new BoundaryTokens(Optional.empty(), Optional.empty());

  @TempDir Path folder;

  private BoundaryTokens read(Consumer<GgufWriter> content) {
    GgufWriter writer = new GgufWriter();
    content.accept(writer);
    try (GgufFile file = GgufFile.open(writer.write(folder.resolve("model.gguf")))) {
      return BoundaryTokens.of(file.metadata());
    }
  }

  private static void ids(GgufWriter writer, int bos, int eos) {
    writer.u32("tokenizer.ggml.bos_token_id", bos).u32("tokenizer.ggml.eos_token_id", eos);
  }

  @Test
  void shouldGiveBothWhenThePreTokenizerIsNotSupported() {
    Consumer<GgufWriter> content =
        writer -> {
          writer.string("tokenizer.ggml.model", "gpt2").string("tokenizer.ggml.pre", "strange");
          writer.strings("tokenizer.ggml.tokens", TOKENS);
          ids(writer, 2, 3);
        };
    assertEquals(new BoundaryTokens(Optional.of("<begin>"), Optional.of("<end>")), read(content));
    try (GgufFile file = GgufFile.open(folder.resolve("model.gguf"))) {
      assertEquals(
          ShardError.UNSUPPORTED,
          assertThrows(ShardException.class, () -> Tokenizer.of(file)).error());
    }
  }

  @Test
  void shouldGiveNoneWhenTheFileListsNoTokens() {
    assertEquals(NONE, read(writer -> writer.string("tokenizer.chat_template", "a")));
    assertEquals(NONE, read(writer -> ids(writer, 0, 1)));
  }

  @Test
  void shouldGiveNoneWhenTheFileNamesNoIds() {
    assertEquals(
        NONE,
        read(writer -> {
          writer.string("tokenizer.ggml.model", "strange");
          writer.strings("tokenizer.ggml.tokens", TOKENS);
        }));
  }

  @Test
  void shouldGiveThoseOfSentencePieceWhenItsFileNamesNoIds() {
    assertEquals(
        new BoundaryTokens(Optional.of("<s>"), Optional.of("</s>")),
        read(writer -> {
          writer.string("tokenizer.ggml.model", "llama");
          writer.strings("tokenizer.ggml.tokens", TOKENS);
        }));
  }

  @Test
  void shouldNameTheKeyWhenAnIdIsBeyondTheTokens() {
    ShardException refused =
        assertThrows(
            ShardException.class,
            () ->
                read(writer -> {
                  writer.strings("tokenizer.ggml.tokens", TOKENS);
                  ids(writer, 4, 1);
                }));
    assertEquals(
        "tokenizer.ggml.bos_token_id is 4, but the vocabulary has 4 tokens.", refused.getMessage());
  }
}
