package org.weft.shard.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.shard.ShardException;

class SplitFileTest {
  @TempDir Path folder;

  private static GgufWriter part(int number, int count, int tensors) {
    return new GgufWriter()
        .u16("split.no", number)
        .u16("split.count", count)
        .i32("split.tensors.count", tensors);
  }

  private Path at(int number) {
    return folder.resolve("model-0000" + number + "-of-00003.gguf");
  }

  /** Three parts; the first, as gguf-split may write it, has metadata and no tensor. */
  private void writeThree() {
    part(0, 3, 3).string("general.name", "three").write(at(1));
    part(1, 3, 3).floats("a", new long[] {1}, 1).floats("b", new long[] {1}, 2).write(at(2));
    part(2, 3, 3).floats("c", new long[] {1}, 3).write(at(3));
  }

  private String refusal(Path path) {
    ShardException e = assertThrows(ShardException.class, () -> GgufFile.open(path).close());
    return e.getMessage();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void shouldLoadAsOneWhenAnyPartIsNamed(int named) throws IOException {
    writeThree();
    try (GgufFile file = GgufFile.open(at(named))) {
      assertEquals(List.of(at(1), at(2), at(3)), file.paths());
      assertEquals("three", file.metadata().string("general.name").orElseThrow());
      assertEquals(List.of("a", "b", "c"), file.tensors().stream().map(TensorInfo::name).toList());
      for (int i = 0; i < 3; i++) {
        TensorInfo tensor = file.tensors().get(i);
        assertEquals(i + 1f, file.data(tensor).get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0));
      }
      assertEquals(Files.size(at(1)) + Files.size(at(2)) + Files.size(at(3)), file.fileBytes());
    }
  }

  @Test
  void shouldNameThePartWhenOneIsMissing() throws IOException {
    writeThree();
    Files.delete(at(3));
    String sentence = refusal(at(1));
    assertTrue(sentence.contains("part 3, model-00003-of-00003.gguf, is missing"), sentence);
  }

  @Test
  void shouldNameThePartWhenOneIsBroken() throws IOException {
    writeThree();
    Files.write(at(2), new byte[] {'G', 'G'});
    assertTrue(refusal(at(1)).startsWith(at(2) + " is cut short"), refusal(at(1)));
  }

  @Test
  void shouldRefuseWhenPartsContradictEachOther() {
    writeThree();
    part(1, 3, 3).floats("c", new long[] {1}, 1).floats("b", new long[] {1}, 2).write(at(2));
    assertTrue(refusal(at(1)).contains("has the tensor 'c' too"), refusal(at(1)));
    part(1, 3, 3).floats("a", new long[] {1}, 1).write(at(2));
    assertTrue(refusal(at(1)).contains("split.tensors.count 3, and its parts hold 2"));
    part(2, 3, 3).floats("a", new long[] {1}, 1).write(at(2));
    assertTrue(refusal(at(1)).contains("says split.no 2"), refusal(at(1)));
    part(1, 4, 3).floats("a", new long[] {1}, 1).write(at(2));
    assertTrue(refusal(at(2)).contains("one of 4 parts"), refusal(at(2)));
  }

  @Test
  void shouldAskForTheNameWhenPartWasRenamed() {
    Path renamed = part(1, 3, 1).floats("a", new long[] {1}, 1).write(folder.resolve("m.gguf"));
    assertTrue(refusal(renamed).contains("-0000N-of-00003.gguf"), refusal(renamed));
  }

  @Test
  void shouldOpenAloneWhenFileIsNotSplitAndOnlyNamedSo() {
    Path path = new GgufWriter().floats("a", new long[] {1}, 1).write(at(2));
    try (GgufFile file = GgufFile.open(path)) {
      assertEquals(List.of(path), file.paths());
    }
  }
}
