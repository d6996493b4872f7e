package org.weft.shard.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.weft.shard.gguf.TensorType;
import org.weft.shard.kernel.Activations;
import org.weft.shard.kernel.Attention;
import org.weft.shard.kernel.AttentionShape;
import org.weft.shard.kernel.Buffers;
import org.weft.shard.kernel.ComputePool;
import org.weft.shard.kernel.Kernels;
import org.weft.shard.kernel.KvFormat;
import org.weft.shard.kernel.MatMul;
import org.weft.shard.kernel.PackedMatrix;
import org.weft.shard.kernel.RandomBlocks;

/**
 * Products and attention, in GMAC/s. Weights are taken in turn from more matrices than any cache
 * holds, as a decode step meets them. {@code main [types]} runs all, or those types, and prints a
 * table.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--add-modules=jdk.incubator.vector",
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow",
      "-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0" // as launcher/jvm.options has it
    })
public class KernelBenchmark {
  private static final int ROWS = 4096;
  private static final int COLS = 2048;

  /** Weights of one type and activations of so many rows. */
  @State(Scope.Benchmark)
  public static class Product {
    @Param({"Q8_0", "Q4_0", "Q4_1", "Q4_K", "Q5_K", "Q6_K", "F16", "BF16", "F32"})
    public TensorType type = TensorType.Q8_0;

    @Param({"1", "64"})
    public int tokens;

    @Param({"1", "2"})
    public int threads;

    private ComputePool pool = new ComputePool(1, Kernels.VECTOR);
    private PackedMatrix[] matrices = {};
    private Activations x = new Activations(Kernels.VECTOR, 1, 32);
    private MemorySegment y = MemorySegment.NULL;
    private int next;

    @Setup(Level.Trial)
    public void setUp() {
      pool = new ComputePool(threads, Kernels.VECTOR);
      byte[] blocks = RandomBlocks.of(type, ROWS, COLS, 1);
      matrices = new PackedMatrix[(int) (300_000_000L / blocks.length) + 1];
      for (int i = 0; i < matrices.length; i++) {
        matrices[i] = PackedMatrix.pack("w", type, ROWS, COLS, MemorySegment.ofArray(blocks), pool);
      }
      x = new Activations(Kernels.VECTOR, tokens, COLS);
      x.values().copyFrom(Buffers.random((long) tokens * COLS, 2));
      x.quantize(0, tokens, 0, COLS);
      y = Buffers.floats((long) tokens * ROWS);
    }

    @TearDown(Level.Trial)
    public void tearDown() {
      for (PackedMatrix matrix : matrices) {
        matrix.close();
      }
      x.close();
      pool.close();
    }
  }

  @Benchmark
  public MemorySegment product(Product p) {
    PackedMatrix w = p.matrices[p.next++ % p.matrices.length];
    p.pool.run(ROWS, 64, (worker, from, to) -> MatMul.rows(w, p.x, from, to, p.y, ROWS));
    return p.y;
  }

  /** One row of three heads of 64 over one KV head, at a position. */
  @State(Scope.Thread)
  public static class Context {
    @Param({"F16", "Q8_0"})
    public KvFormat format = KvFormat.F16;

    @Param({"1024"})
    public int positions;

    @Param({"1", "32"})
    public int rows;

    private MemorySegment memory = MemorySegment.NULL;
    private MemorySegment pages = MemorySegment.NULL;
    private MemorySegment q = MemorySegment.NULL;
    private MemorySegment out = MemorySegment.NULL;
    private MemorySegment scratch = MemorySegment.NULL;
    private Attention attention = attention(KvFormat.F16);

    private static Attention attention(KvFormat format) {
      AttentionShape shape = new AttentionShape(format, 3, 1, 64, 0.125f, 0f, Integer.MAX_VALUE);
      return new Attention(Kernels.VECTOR, shape);
    }

    @Setup(Level.Trial)
    public void setUp() {
      attention = attention(format);
      long page = format.keyBytes(64) + format.valueBytes(64);
      int count = (positions + rows + 31) / 32;
      memory = Arena.ofAuto().allocate(page * count, 64);
      pages = Arena.ofAuto().allocate(8L * count, 8);
      for (int i = 0; i < count; i++) {
        pages.setAtIndex(ValueLayout.JAVA_LONG, i, page * i);
      }
      q = Buffers.random(3L * 64 * rows, 1);
      out = Buffers.floats(3L * 64 * rows);
      scratch = Arena.ofAuto().allocate(attention.scratchBytes(positions + rows), 64);
    }
  }

  @Benchmark
  public MemorySegment attention(Context c) {
    c.attention.rows(
        0,
        c.q,
        0,
        192,
        c.positions,
        c.rows,
        c.memory,
        c.pages,
        0,
        c.format.keyBytes(64),
        c.scratch,
        c.out,
        0,
        192);
    return c.out;
  }

  /** One join of an empty run. */
  @Benchmark
  public int join(Product p) {
    p.pool.run(p.threads, 1, (worker, from, to) -> {});
    return p.threads;
  }

  public static void main(String[] args) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(KernelBenchmark.class.getSimpleName() + ".(product|attention)$");
    if (args.length > 0) {
      options.param("type", args[0].split(",", -1));
    }
    for (RunResult result : new Runner(options.build()).run()) {
      String name = result.getParams().getBenchmark();
      double rate = result.getPrimaryResult().getScore();
      double macs;
      if (name.endsWith("product")) {
        macs = (double) ROWS * COLS * Integer.parseInt(result.getParams().getParam("tokens"));
      } else {
        int rows = Integer.parseInt(result.getParams().getParam("rows"));
        int positions = Integer.parseInt(result.getParams().getParam("positions"));
        macs = 2.0 * 3 * 64 * rows * (positions + 0.5 * rows);
      }
      System.out.printf(
          "%-10s %s %.1f GMAC/s%n",
          name.substring(name.lastIndexOf('.') + 1),
          result.getParams().getParamsKeys().stream()
              .map(key -> key + "=" + result.getParams().getParam(key))
              .toList(),
          rate * macs / 1e9);
    }
  }
}
