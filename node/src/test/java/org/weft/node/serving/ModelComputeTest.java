package org.weft.node.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.weft.protocol.RowCodec;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.RowFormat;
import org.weft.protocol.v1.Step;
import org.weft.protocol.v1.Want;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.kernel.ComputePool;
import org.weft.shard.model.BlockSpan;
import org.weft.shard.model.KvPool;
import org.weft.shard.model.KvType;
import org.weft.shard.model.ModelConfig;
import org.weft.shard.model.Span;

/** The real blocks behind the server: cut over three hops they give the bits of one span. */
final class ModelComputeTest {
  private static final int ROWS = 24;

  private static Path model() {
    Path file =
        Path.of(System.getProperty("weft.root", "."))
            .resolve("../shared/models/weft-demo-q8_0.gguf");
    if (!Files.isReadable(file)) {
      String sentence = "SKIPPED: no model at " + file + ", so real blocks are not served here.";
      System.out.println(sentence);
      Assumptions.abort(sentence);
    }
    return file;
  }

  @Test
  void shouldGiveTheBitsOfOneSpanWhenThreeHopsServeRealBlocks() {
    List<BlockSpan> opened = new ArrayList<>();
    try (GgufFile file = GgufFile.open(model());
        ComputePool pool = new ComputePool(1)) {
      ModelConfig config = ModelConfig.of(file);
      MemorySegment rows = rows(config.width());
      ByteString expected = whole(file, config, pool, rows);
      assertEquals(expected, overThreeHops(file, config, pool, rows, opened));
    }
    opened.forEach(BlockSpan::close);
  }

  private static ByteString overThreeHops(
      GgufFile file,
      ModelConfig config,
      ComputePool pool,
      MemorySegment rows,
      List<BlockSpan> opened) {
    try (TestSwarm swarm = new TestSwarm()) {
      int third = config.blocks() / 3;
      int[] cuts = {0, third, 2 * third, config.blocks()};
      TestSwarm.Node[] hops = new TestSwarm.Node[3];
      List<KvPool> pools = new ArrayList<>();
      for (int i = 0; i < hops.length; i++) {
        Span span = new Span(cuts[i], cuts[i + 1]);
        BlockSpan blocks = BlockSpan.load(file, config, span, pool, (bytes, total) -> {});
        KvPool cache = new KvPool(config, span, KvType.F16, 64);
        pools.add(cache);
        opened.add(blocks);
        hops[i] = swarm.node(span, new OneAtATime(new ModelCompute(blocks, cache, config, 64)));
      }
      TestGateway.Link link = swarm.gateway().openNew(hops);
      ByteString got = ByteString.EMPTY;
      int step = 0;
      for (int at = 0; at < ROWS; ) {
        int count = Math.min(at == 0 ? 17 : 3, ROWS - at);
        link.send(step(++step, at, count, rows, config.width()));
        Collected collected = link.collected();
        got = got.concat(collected.getResult().getHidden());
        at += count;
      }
      link.close();
      for (KvPool cache : pools) {
        Await.that("its pages are free", () -> cache.usedPages() == 0);
      }
      return got;
    }
  }

  private static Step step(int number, int at, int count, MemorySegment rows, int width) {
    return Step.newBuilder()
        .setStep(number)
        .setPosition(at)
        .setRows(count)
        .setWant(Want.WANT_ALL)
        .setFormat(RowFormat.ROW_FORMAT_F32)
        .setEpoch(1)
        .setHidden(
            RowCodec.encode(RowFormat.ROW_FORMAT_F32, rows.asSlice(4L * at * width), count, width))
        .build();
  }

  private static ByteString whole(
      GgufFile file, ModelConfig config, ComputePool pool, MemorySegment rows) {
    Span span = new Span(0, config.blocks());
    try (BlockSpan blocks = BlockSpan.load(file, config, span, pool, (bytes, total) -> {});
        KvPool cache = new KvPool(config, span, KvType.F16, 64)) {
      SpanCompute compute = new ModelCompute(blocks, cache, config, ROWS);
      SpanCache one = compute.reserve(ROWS, 0).orElseThrow();
      compute.clear();
      MemorySegment.copy(rows, 0, compute.hidden(), 0, rows.byteSize());
      compute.add(one, 0, ROWS);
      compute.forward(span);
      ByteString out =
          RowCodec.encode(RowFormat.ROW_FORMAT_F32, compute.hidden(), ROWS, config.width());
      one.close();
      return out;
    }
  }

  private static MemorySegment rows(int width) {
    Random random = new Random(5);
    MemorySegment rows = MemorySegment.ofArray(new byte[ROWS * width * 4]);
    for (long i = 0; i < (long) ROWS * width; i++) {
      rows.set(ValueLayout.JAVA_FLOAT_UNALIGNED, i * 4, (float) (random.nextGaussian() * 0.1));
    }
    return rows;
  }

  /** The hops of this test share one pool of compute threads, which has one caller at a time. */
  private record OneAtATime(ModelCompute compute) implements SpanCompute {
    private static final Object TURN = new Object();

    @Override
    public Span span() {
      return compute.span();
    }

    @Override
    public int width() {
      return compute.width();
    }

    @Override
    public int context() {
      return compute.context();
    }

    @Override
    public int pages() {
      return compute.pages();
    }

    @Override
    public int usedPages() {
      return compute.usedPages();
    }

    @Override
    public java.util.Optional<SpanCache> reserve(int maxLength, int maxRewind) {
      return compute.reserve(maxLength, maxRewind);
    }

    @Override
    public int maxRows() {
      return compute.maxRows();
    }

    @Override
    public MemorySegment hidden() {
      return compute.hidden();
    }

    @Override
    public void clear() {
      compute.clear();
    }

    @Override
    public void add(SpanCache cache, int position, int rows) {
      compute.add(cache, position, rows);
    }

    @Override
    public void forward(Span part) {
      synchronized (TURN) {
        compute.forward(part);
      }
    }
  }
}
