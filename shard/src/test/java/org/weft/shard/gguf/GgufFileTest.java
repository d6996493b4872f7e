package org.weft.shard.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.ModelDescription.TypeTotal;

class GgufFileTest {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Names, ids, elements and bytes of a block, as {@code GGML_QUANT_SIZES} of PyPI's gguf has. */
  private static final String PUBLISHED =
      """
      F32 0 1 4; F16 1 1 2; Q4_0 2 32 18; Q4_1 3 32 20; Q5_0 6 32 22; Q5_1 7 32 24; Q8_0 8 32 34;
      Q2_K 10 256 84; Q3_K 11 256 110; Q4_K 12 256 144; Q5_K 13 256 176; Q6_K 14 256 210;
      Q8_K 15 256 292; IQ2_XXS 16 256 66; IQ2_XS 17 256 74; IQ3_XXS 18 256 98; IQ1_S 19 256 50;
      IQ4_NL 20 32 18; IQ3_S 21 256 110; IQ2_S 22 256 82; IQ4_XS 23 256 136; I8 24 1 1; I16 25 1 2;
      I32 26 1 4; I64 27 1 8; F64 28 1 8; IQ1_M 29 256 56; BF16 30 1 2; TQ1_0 34 256 54;
      TQ2_0 35 256 66; MXFP4 39 32 17; NVFP4 40 64 36; Q1_0 41 128 18;
      """;

  @TempDir Path folder;

  @Test
  void shouldKnowTheBlocksOfEveryTypeThatFilesHave() {
    String[] published = PUBLISHED.strip().split(";\\s*");
    for (String line : published) {
      String[] words = line.split(" ");
      GgmlType type = GgmlType.of(Integer.parseInt(words[1])).orElseThrow();
      assertEquals(
          line,
          String.join(
              " ", type.name(), "" + type.id(), "" + type.blockElements(), "" + type.blockBytes()));
    }
    // Q8_1 never stands in a file; the package counts it as it was before ggml changed it.
    assertEquals(published.length + 1, GgmlType.values().length);
  }

  @Test
  void shouldDescribeAFileWhenSomeTypesAreNotRead() {
    Path path =
        new GgufWriter()
            .floats("a", new long[] {4}, 1, 2, 3, 4)
            .tensor("b", GgmlType.Q5_0.id(), new long[] {64, 3}, 32, new byte[132])
            .tensor("c", GgmlType.IQ2_XXS.id(), new long[] {256}, 192, new byte[66])
            .write(folder.resolve("model.gguf"));
    try (GgufFile file = GgufFile.open(path)) {
      ModelDescription model = ModelDescription.of(file);
      assertEquals(
          List.of(
              new TypeTotal("Q5_0", 1, 132, false),
              new TypeTotal("IQ2_XXS", 1, 66, false),
              new TypeTotal("F32", 1, 16, true)),
          model.tensorTypes());
      assertEquals(4 + 192 + 256, model.parameters());
      ShardException refused =
          assertThrows(ShardException.class, () -> file.tensor("c").orElseThrow().computedType());
      assertEquals(ShardError.UNSUPPORTED, refused.error());
      assertEquals(
          "tensor 'c' has type IQ2_XXS, which Weft does not read yet", refused.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8, 4096})
  void shouldFindTensorsWhenTheAlignmentIsAnyPowerOfTwo(int alignment) {
    Path path =
        new GgufWriter()
            .alignment(alignment)
            .tensor("odd", GgmlType.I8.id(), new long[] {5}, 0, new byte[] {1, 2, 3, 4, 5})
            .floats("b", new long[] {2}, 0.5f, -3)
            .write(folder.resolve("model.gguf"));
    try (GgufFile file = GgufFile.open(path)) {
      assertArrayEquals(
          new byte[] {1, 2, 3, 4, 5},
          file.data(file.tensor("odd").orElseThrow()).toArray(ValueLayout.JAVA_BYTE));
      assertArrayEquals(
          new float[] {0.5f, -3}, file.data(file.tensor("b").orElseThrow()).toArray(FLOAT));
    }
  }
}
