package org.weft.shard.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

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
      assertEquals(GgmlType.Q8_0, embedding.type());
      assertEquals(List.of(576L, 49_152L), embedding.shape());
      assertEquals(1_785_664, embedding.offset());
      assertEquals(30_081_024, embedding.bytes());
    }
  }

  @Test
  void shouldReadTheSameBytesAgainWhenPagesWereReleased() {
    try (GgufFile file = GgufFile.open(shared("weft-demo-q8_0.gguf"))) {
      TensorInfo embedding = file.tensor("token_embd.weight").orElseThrow();
      byte[] before = file.read(embedding, bytes -> bytes.toArray(ValueLayout.JAVA_BYTE));
      byte[] after = file.data(embedding).toArray(ValueLayout.JAVA_BYTE);
      assertArrayEquals(before, after);
      file.checkUnchanged();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldLeaveMemoryWhenPagesAreReleased() throws IOException {
    Path path = shared("weft-demo-q8_0.gguf");
    try (GgufFile file = GgufFile.open(path)) {
      TensorInfo embedding = file.tensor("token_embd.weight").orElseThrow();
      byte[] copy = file.data(embedding).toArray(ValueLayout.JAVA_BYTE);
      long before = residentKilobytes(path);
      file.release(embedding);
      long after = residentKilobytes(path);
      // All but the pages at its two ends, which it shares with its neighbours.
      long given = copy.length / 1024 - 2 * 64;
      assertTrue(before - after >= given, before + " kB, then " + after + " kB");
    }
  }

  /** What of the file's mapping is in this process's memory, as the kernel says. */
  private static long residentKilobytes(Path path) throws IOException {
    long resident = 0;
    boolean ours = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.contains("-") && line.contains("/")) {
        ours = line.endsWith(path.toRealPath().toString());
      } else if (ours && line.startsWith("Rss:")) {
        resident += Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return resident;
  }
}
