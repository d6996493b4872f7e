package org.weft.shard.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.gguf.TensorType;
import org.weft.shard.kernel.Kernels;

/**
 * Everything that a file of the llama architecture may have, against the float64 reference, and
 * against itself cut into spans, chunks and batches.
 */
class SyntheticModelTest {
  /** Above what float32 and one f16 rounding that falls the other way bring; logits are about 8. */
  private static final double TIGHT = 0.02;

  @TempDir Path folder;

  private static int[] ids(int count, int vocabulary) {
    int[] ids = new int[count];
    for (int i = 0; i < count; i++) {
      ids[i] = (i * 31 + i * i * 7 + 5) % vocabulary;
    }
    return ids;
  }

  private Path write(long seed, Consumer<SyntheticModel> change) {
    SyntheticModel model = new SyntheticModel(seed);
    change.accept(model);
    return model.write(folder.resolve("model.gguf"));
  }

  /** Agreement with the reference, and one digest for other spans, chunks, threads, kernels. */
  private static void check(Path path, int positions, boolean int8, double max, double rms) {
    try (Pipeline whole = new Pipeline(path);
        Pipeline cut = new Pipeline(path, Kernels.SCALAR, 3, KvType.F16, 1);
        GgufFile file = GgufFile.open(path)) {
      int[] ids = ids(positions, whole.config.vocabulary());
      float[][] logits = whole.logits(ids, positions);
      double[][] expected = new ReferenceModel(file, int8).logits(ids);
      Difference difference = Difference.of(expected, logits);
      assertTrue(difference.max() < max && difference.rms() < rms, difference.toString());
      assertTrue(Difference.of(expected, new float[positions][logits[0].length]).rms() > 1);
      assertEquals(Pipeline.digest(logits), Pipeline.digest(whole.logits(ids, 1)));
      assertEquals(Pipeline.digest(logits), Pipeline.digest(cut.logits(ids, 7)));
    }
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void shouldAgreeWithReferenceWhenWeightsHaveThatType(TensorType type) {
    boolean superBlocks = type.blockElements() == 256;
    Path path =
        write(
            1,
            model -> {
              model.type = type;
              model.width = superBlocks ? 256 : 160;
              model.headLength = superBlocks ? 64 : 32;
              model.feedForward = superBlocks ? 512 : 192;
            });
    switch (type) {
      case F32, F16, BF16 -> check(path, 20, false, TIGHT, TIGHT / 4);
      case Q8_0, Q4_0, Q4_1, Q4_K, Q5_K, Q6_K -> check(path, 20, true, 1.5, 0.3);
    }
  }

  @ParameterizedTest
  @CsvSource({"32,4,1", "32,8,1", "80,4,2", "128,2,2", "48,3,3", "8,6,2", "20,4,4", "96,7,1"})
  void shouldAgreeWithReferenceWhenHeadsHaveThatShape(int size, int heads, int kvHeads) {
    Path path =
        write(
            2,
            model -> {
              model.headLength = size;
              model.heads = heads;
              model.kvHeads = kvHeads;
            });
    check(path, 40, false, TIGHT, TIGHT / 4);
  }

  @ParameterizedTest
  @CsvSource({
    "1056,96,F32",
    "36,1030,F32",
    "100,70,F16",
    "1120,64,Q8_0",
    "96,1088,Q8_0",
    "2080,32,Q4_0",
    "32,1056,Q4_0"
  })
  void shouldAgreeWithReferenceWhenWidthIsAwkward(int width, int feedForward, TensorType type) {
    Path path =
        write(
            3,
            model -> {
              model.type = type;
              model.width = width;
              model.headLength = 32;
              model.feedForward = feedForward;
              model.vocabulary = 33;
            });
    boolean int8 = type == TensorType.Q8_0 || type == TensorType.Q4_0;
    check(path, 12, int8, int8 ? 1.5 : TIGHT, int8 ? 0.3 : TIGHT / 4);
  }

  @Test
  void shouldAgreeWithReferenceWhenOutputIsUntied() {
    check(write(4, model -> model.tied = false), 20, false, TIGHT, TIGHT / 4);
  }

  @Test
  void shouldAgreeWithReferenceWhenThereAreBiases() {
    check(write(5, model -> model.biases = true), 20, false, TIGHT, TIGHT / 4);
  }

  @Test
  void shouldAgreeWithReferenceWhenRopeHasLlama3Factors() {
    float[] factors = {1, 1, 1.3f, 2, 4, 8, 8, 8};
    check(write(6, model -> model.ropeFactors = factors), 50, false, TIGHT, TIGHT / 4);
  }

  @Test
  void shouldAgreeWithReferenceWhenRopeIsScaled() {
    check(
        write(
            7,
            model ->
                model.metadata =
                    writer ->
                        writer
                            .string("llama.rope.scaling.type", "linear")
                            .f32("llama.rope.scaling.factor", 4)
                            .f32("llama.rope.freq_base", 5e5f)),
        50,
        false,
        TIGHT,
        TIGHT / 4);
    check(
        write(
            8,
            model ->
                model.metadata =
                    writer ->
                        writer
                            .string("llama.rope.scaling.type", "yarn")
                            .f32("llama.rope.scaling.factor", 4)
                            .u32("llama.rope.scaling.original_context_length", 128)),
        50,
        false,
        TIGHT,
        TIGHT / 4);
  }

  @Test
  void shouldAgreeWithReferenceWhenOnlyPartOfAHeadTurns() {
    check(
        write(9, model -> model.metadata = writer -> writer.u32("llama.rope.dimension_count", 8)),
        30,
        false,
        TIGHT,
        TIGHT / 4);
  }

  @Test
  void shouldAgreeWithReferenceWhenContextIsLong() {
    check(write(10, model -> model.context = 700), 600, false, TIGHT, TIGHT / 4);
  }

  @Test
  void shouldAgreeWithReferenceWhenWindowSlides() {
    Path path = sliding();
    check(path, 300, false, TIGHT, TIGHT / 4);
    try (Pipeline pipeline = new Pipeline(path)) {
      List<KvCache> session = pipeline.open(400);
      assertEquals(3, session.getFirst().pages()); // 70 + 16 positions, for ever
      session.forEach(KvCache::close);
    }
  }

  @Test
  void shouldGiveSameBitsWhenSlidingWindowIsCutBack() {
    try (Pipeline pipeline = new Pipeline(sliding())) {
      int[] ids = ids(300, pipeline.config.vocabulary());
      float[][] straight = pipeline.logits(ids, 300);
      List<KvCache> session = pipeline.open(400);
      pipeline.step(session, 0, Arrays.copyOf(ids, 200));
      pipeline.step(session, 200, new int[16]);
      for (int from = 200; from < 300; from += 10) {
        int[] part = Arrays.copyOfRange(ids, from, from + 10);
        float[][] logits = pipeline.logits(pipeline.step(session, from, part), 10);
        for (int i = 0; i < 10; i++) {
          assertArrayEquals(straight[from + i], logits[i], "position " + (from + i));
        }
        pipeline.step(session, from + 10, new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
      }
      session.forEach(KvCache::close);
    }
  }

  @Test
  void shouldGiveOneDigestWhenKvIsInt8() {
    Path path = write(12, model -> model.headLength = 64);
    try (Pipeline vector = new Pipeline(path, Kernels.VECTOR, 2, KvType.Q8_0);
        Pipeline scalar = new Pipeline(path, Kernels.SCALAR, 1, KvType.Q8_0, 1)) {
      int[] ids = ids(75, vector.config.vocabulary()); // ends within the third KV page
      String digest = Pipeline.digest(vector.logits(ids, 75));
      assertEquals(digest, Pipeline.digest(scalar.logits(ids, 9)));
    }
  }

  private Path sliding() {
    return write(
        11, model -> model.metadata = writer -> writer.u32("llama.attention.sliding_window", 70));
  }
}
