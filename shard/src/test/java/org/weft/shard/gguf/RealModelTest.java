package org.weft.shard.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Files that others wrote. */
class RealModelTest {
  /** A file of the shared folder, or a skip that says what was not checked. */
  static Path shared(String name) {
    Path path =
        Path.of(System.getProperty("weft.root", ".")).resolve("../shared/models").resolve(name);
    if (!Files.exists(path)) {
      String sentence = "SKIPPED: " + name + " is not here, so reading it is not checked";
      System.err.println(sentence);
      Assumptions.abort(sentence);
    }
    return path;
  }

  @Test
  void shouldReadMetadataAndTensorsWhenFileIsSmolLm2() {
    try (GgufFile file = GgufFile.open(shared("smollm2-135m-instruct-q4_1.gguf"))) {
      assertEquals(3, file.version());
      assertEquals(98_362_432, file.fileBytes());
      assertEquals(33, file.metadata().keys().size());
      assertEquals("llama", file.metadata().string("general.architecture").orElseThrow());
      assertEquals(30, file.metadata().integer("llama.block_count").orElseThrow());
      assertEquals(100_000.0, file.metadata().number("llama.rope.freq_base").orElseThrow());
      List<String> tokens = file.metadata().strings("tokenizer.ggml.tokens").orElseThrow();
      assertEquals(49_152, tokens.size());
      assertEquals("<|endoftext|>", tokens.getFirst());
      assertEquals(272, file.tensors().size());
      TensorInfo embedding = file.tensor("token_embd.weight").orElseThrow();
      assertEquals(TensorType.Q8_0, embedding.type());
      assertEquals(List.of(576L, 49_152L), embedding.shape());
      assertEquals(1_785_664, embedding.offset());
      assertEquals(30_081_024, embedding.bytes());
    }
  }

  @Test
  void shouldReadTheSameBytesAgainWhenPagesWereReleased() {
    try (GgufFile file = GgufFile.open(shared("weft-demo-q8_0.gguf"))) {
      TensorInfo embedding = file.tensor("token_embd.weight").orElseThrow();
      file.prepare(embedding);
      byte[] before = file.data(embedding).toArray(ValueLayout.JAVA_BYTE);
      file.release(embedding);
      byte[] after = file.data(embedding).toArray(ValueLayout.JAVA_BYTE);
      assertTrue(java.util.Arrays.equals(before, after));
      file.checkUnchanged();
    }
  }
}
