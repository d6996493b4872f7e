package org.weft.shard.model;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.shard.ShardError;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.gguf.GgufWriter;
import org.weft.shard.gguf.TensorType;
import org.weft.shard.kernel.ComputePool;
import org.weft.shard.kernel.Kernels;
import org.weft.shard.kernel.Rendezvous;

class BlockSpanTest {
  @TempDir Path folder;

  private Path write(Consumer<SyntheticModel> change) {
    SyntheticModel model = new SyntheticModel(1);
    change.accept(model);
    return model.write(folder.resolve("model.gguf"));
  }

  /** Blocks 0:1 of a model whose writer also adds {@code more} are refused, naming that. */
  private void refused(ShardError error, Consumer<GgufWriter> more, String... names) {
    Path path = write(model -> model.metadata = more::accept);
    try (GgufFile file = GgufFile.open(path);
        ComputePool pool = new ComputePool(1, Kernels.SCALAR)) {
      ModelConfig config = ModelConfig.of(file);
      Span span = new Span(0, 1);
      Refusal.expect(
          error, () -> BlockSpan.load(file, config, span, pool, (bytes, total) -> {}), names);
    }
  }

  @Test
  void shouldNameTheTensorWhenItsShapeIsWrong() {
    refused(
        ShardError.FORMAT,
        writer ->
            writer.u32("llama.attention.key_length", 32).u32("llama.attention.value_length", 32),
        "blk.0.attn_q.weight",
        "[64, 64]",
        "[64, 128]");
  }

  @Test
  void shouldNameTheTensorWhenABiasIsQuantised() {
    refused(
        ShardError.UNSUPPORTED,
        writer ->
            writer.tensor("blk.0.attn_q.bias", TensorType.Q8_0, new long[] {64}, new byte[68]),
        "blk.0.attn_q.bias",
        "Q8_0");
  }

  @Test
  void shouldNameTheTensorWhenAVectorIsNotFinite() {
    float[] bias = new float[64];
    bias[3] = Float.NaN;
    refused(
        ShardError.NON_FINITE,
        writer -> writer.floats("blk.0.attn_q.bias", new long[] {64}, bias),
        "blk.0.attn_q.bias");
  }

  @Test
  void shouldNameTheTensorWhenRopeFactorsAreNone() {
    refused(
        ShardError.FORMAT,
        writer -> writer.floats("rope_freqs.weight", new long[] {8}, new float[8]),
        "rope_freqs.weight");
  }

  @Test
  void shouldTouchOnlyItsTensorsWhenLoaded() {
    Path path = write(model -> model.blocks = 4);
    try (GgufFile file = GgufFile.open(path);
        ComputePool pool = new ComputePool(1, Kernels.SCALAR)) {
      ModelConfig config = ModelConfig.of(file);
      Span span = new Span(1, 3);
      List<String> names = BlockSpan.tensorNames(file, config, span);
      assertEquals(18, names.size());
      assertTrue(names.stream().allMatch(name -> name.matches("blk\\.[12]\\..*")), "" + names);
      assertEquals(
          List.of("token_embd.weight", "output_norm.weight"), ModelEnds.tensorNames(file, config));
      long bytes = names.stream().mapToLong(name -> file.tensor(name).orElseThrow().bytes()).sum();
      List<Long> heard = new ArrayList<>();
      try (BlockSpan loaded =
          BlockSpan.load(
              file,
              config,
              span,
              pool,
              (done, total) -> {
                assertEquals(bytes, total);
                heard.add(done);
              })) {
        assertEquals(span, loaded.span());
        assertTrue(loaded.packedBytes() > 0);
      }
      assertEquals(heard.stream().sorted().toList(), heard);
      assertEquals(bytes, heard.getLast());
      Refusal.expect(
          ShardError.ARGUMENT, () -> BlockSpan.tensorNames(file, config, new Span(3, 5)));
    }
  }

  @Test
  void shouldFailAndCutBackWhenARowIsNotFinite() {
    try (Pipeline pipeline = new Pipeline(write(model -> {}))) {
      BlockSpan span = pipeline.spans.getFirst();
      List<KvCache> good = pipeline.open(64);
      List<KvCache> bad = pipeline.open(64);
      int[] ids = {1, 2, 3, 4, 5, 6, 7, 8};
      float[][] expected = pipeline.logits(new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 9);
      pipeline.step(good, 0, ids);
      pipeline.step(bad, 0, ids);
      Batch batch = new Batch(8, pipeline.config.width());
      int first = batch.add(good.getFirst(), 8, 1);
      int second = batch.add(bad.getFirst(), 6, 3);
      batch.hidden().copyFrom(pipeline.embed(new int[] {9, 1, 1, 1}));
      batch.hidden().setAtIndex(JAVA_FLOAT, (second + 1L) * batch.width() + 3, Float.NaN);
      Refusal.expect(
          ShardError.NON_FINITE, () -> span.forward(batch, span.span()), "block 0", "position 7");
      assertEquals(0, first);
      assertEquals(second + 1, batch.failedRow());
      assertEquals(8, good.getFirst().length());
      assertEquals(6, bad.getFirst().length());
      float[][] again = pipeline.logits(pipeline.step(good, 8, new int[] {9}), 1);
      assertArrayEquals(expected[8], again[0]);
      again = pipeline.logits(pipeline.step(bad, 6, new int[] {7, 8, 9}), 3);
      assertArrayEquals(expected[6], again[0], "what the failed step left behind is never read");
      assertArrayEquals(expected[8], again[2]);
    }
  }

  @Test
  void shouldRefuseWhenAStepDoesNotFit() {
    try (Pipeline pipeline = new Pipeline(write(model -> {}))) {
      BlockSpan span = pipeline.spans.getFirst();
      KvCache cache = pipeline.open(40).getFirst();
      Batch batch = new Batch(50, pipeline.config.width());
      Refusal.expect(ShardError.TOO_LONG, () -> batch.add(cache, 0, 41), "41", "40");
      Refusal.expect(ShardError.ARGUMENT, () -> batch.add(cache, 1, 1));
      Refusal.expect(ShardError.ARGUMENT, () -> batch.add(cache, 0, 51));
      batch.add(cache, 0, 10);
      Refusal.expect(ShardError.ARGUMENT, () -> batch.add(cache, 9, 2));
      batch.add(cache, 10, 2);
      batch.hidden().fill((byte) 0);
      Refusal.expect(ShardError.ARGUMENT, () -> span.forward(batch, new Span(1, 3)));
      span.forward(batch, span.span());
      assertEquals(12, cache.length());
      cache.close();
      Refusal.expect(ShardError.ARGUMENT, () -> span.forward(batch, span.span()));
      batch.clear();
      Refusal.expect(ShardError.ARGUMENT, () -> batch.add(cache, 0, 1));
      Batch narrow = new Batch(1, 32);
      Refusal.expect(ShardError.ARGUMENT, () -> span.forward(narrow, span.span()));
      Refusal.expect(ShardError.ARGUMENT, () -> pipeline.embed(new int[] {50}));
      Refusal.expect(ShardError.ARGUMENT, () -> pipeline.embed(new int[] {-1}));
    }
  }

  @Test
  void shouldEndWhenWarmOrTimeIsUpAndLeaveAllThreadsAtWork() {
    try (Pipeline pipeline = new Pipeline(write(model -> {}))) {
      for (long nanos : new long[] {-1, 20_000_000, 2_000_000_000}) {
        pipeline.spans.getFirst().warmUp(System.nanoTime() + nanos);
        Rendezvous.ofAllThreads(pipeline.pool);
        pipeline.ends.head().warmUp(System.nanoTime() + nanos);
        Rendezvous.ofAllThreads(pipeline.pool);
      }
      assertEquals(0, pipeline.pools.getFirst().usedPages());
    }
  }
}
