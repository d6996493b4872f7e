package org.weft.shard.model;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.kernel.ComputePool;
import org.weft.shard.kernel.Kernels;

/** A model loaded whole, cut into spans as asked, that turns ids into logits. */
final class Pipeline implements AutoCloseable {
  final ModelConfig config;
  final ComputePool pool;
  final List<BlockSpan> spans = new ArrayList<>();
  final List<KvPool> pools = new ArrayList<>();
  final ModelEnds ends;

  /** {@code cuts}: where spans begin after the first. */
  Pipeline(Path path, Kernels kernels, int threads, KvType type, int... cuts) {
    pool = new ComputePool(threads, kernels);
    try (GgufFile file = GgufFile.open(path)) {
      config = ModelConfig.of(file);
      for (int i = 0; i <= cuts.length; i++) {
        int start = i == 0 ? 0 : cuts[i - 1];
        Span span = new Span(start, i == cuts.length ? config.blocks() : cuts[i]);
        spans.add(BlockSpan.load(file, config, span, pool, (bytes, total) -> {}));
        pools.add(new KvPool(config, span, type, 4 * config.context() / 32 + 8, 16));
      }
      ends = ModelEnds.load(file, config, pool, (bytes, total) -> {});
    }
  }

  Pipeline(Path path) {
    this(path, Kernels.chosen(), 2, KvType.F16);
  }

  /** One session: a cache at every span. */
  List<KvCache> open(int positions) {
    return pools.stream().map(kv -> kv.reserve(positions).orElseThrow()).toList();
  }

  /** Runs ids at {@code position…} of a session; returns hidden states f32 [ids, width]. */
  MemorySegment step(List<KvCache> session, int position, int[] ids) {
    MemorySegment hidden = embed(ids);
    for (int i = 0; i < spans.size(); i++) {
      Batch batch = new Batch(ids.length, config.width());
      batch.add(session.get(i), position, ids.length);
      batch.hidden().copyFrom(hidden);
      spans.get(i).forward(batch, spans.get(i).span());
      hidden = batch.hidden();
    }
    return hidden;
  }

  MemorySegment embed(int[] ids) {
    MemorySegment hidden = Arena.ofAuto().allocate(JAVA_FLOAT, (long) ids.length * config.width());
    ends.embedding().rows(ids, 0, ids.length, hidden);
    return hidden;
  }

  float[][] logits(MemorySegment hidden, int rows) {
    MemorySegment logits = Arena.ofAuto().allocate(JAVA_FLOAT, (long) rows * config.vocabulary());
    ends.head().logits(hidden, rows, logits);
    float[][] out = new float[rows][config.vocabulary()];
    for (int t = 0; t < rows; t++) {
      long from = (long) t * config.vocabulary();
      MemorySegment.copy(logits, JAVA_FLOAT, 4 * from, out[t], 0, config.vocabulary());
    }
    return out;
  }

  /** Logits after every one of the ids, sent in chunks. */
  float[][] logits(int[] ids, int chunk) {
    float[][] out = new float[ids.length][];
    List<KvCache> session = open(ids.length);
    for (int from = 0; from < ids.length; from += chunk) {
      int to = Math.min(ids.length, from + chunk);
      int[] part = Arrays.copyOfRange(ids, from, to);
      System.arraycopy(logits(step(session, from, part), to - from), 0, out, from, to - from);
    }
    session.forEach(KvCache::close);
    return out;
  }

  /** SHA-256 of all logits as little-endian float32, position by position. */
  static String digest(float[][] logits) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (float[] row : logits) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * row.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(row);
        sha.update(bytes.array());
      }
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static int argmax(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  /** Mean negative log-likelihood in nats of the ids after the first. */
  static double nll(float[][] logits, int[] ids) {
    double total = 0;
    for (int t = 0; t + 1 < ids.length; t++) {
      double max = logits[t][argmax(logits[t])];
      double sum = 0;
      for (float logit : logits[t]) {
        sum += Math.exp(logit - max);
      }
      total += max + Math.log(sum) - logits[t][ids[t + 1]];
    }
    return total / (ids.length - 1);
  }

  @Override
  public void close() {
    spans.forEach(BlockSpan::close);
    pools.forEach(KvPool::close);
    ends.close();
    pool.close();
  }
}
