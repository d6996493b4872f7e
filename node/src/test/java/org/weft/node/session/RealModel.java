package org.weft.node.session;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.weft.crypto.Sha256Tree;
import org.weft.node.session.InferenceSession.Rows;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.kernel.ComputePool;
import org.weft.shard.manifest.Manifest;
import org.weft.shard.manifest.ModelId;
import org.weft.shard.model.BlockSpan;
import org.weft.shard.model.KvPool;
import org.weft.shard.model.KvType;
import org.weft.shard.model.ModelConfig;
import org.weft.shard.model.ModelEnds;
import org.weft.shard.model.Span;

/** The model that ships in the repository, and what it says when nothing is in the way. */
final class RealModel implements AutoCloseable {
  static final int PAGES = 64;

  final GgufFile file;
  final ModelConfig config;
  final ModelId id;
  private final ComputePool pool = new ComputePool(1);
  private final ModelEnds ends;

  private RealModel(GgufFile file) {
    this.file = file;
    config = ModelConfig.of(file);
    id = Manifest.of(file, Sha256Tree::root).id();
    ends = ModelEnds.load(file, config, pool, (done, total) -> {});
  }

  static RealModel open() {
    Path root = Path.of(System.getProperty("weft.root", "."));
    return new RealModel(GgufFile.open(root.resolve("models/weft-demo-q8_0.gguf")));
  }

  /** Blocks that compute on the caller's thread alone: a pool has one caller at a time. */
  record Blocks(ComputePool compute, BlockSpan span, KvPool cache) implements AutoCloseable {
    @Override
    public void close() {
      cache.close();
      span.close();
      compute.close();
    }
  }

  Blocks load(Span span) {
    ComputePool own = new ComputePool(1);
    BlockSpan blocks = BlockSpan.load(file, config, span, own, (done, total) -> {});
    return new Blocks(own, blocks, new KvPool(config, span, KvType.F16, PAGES));
  }

  /** Made-up tokens, the same for the same seed. */
  int[] tokens(int count, long seed) {
    return new Random(seed).ints(count, 0, config.vocabulary()).toArray();
  }

  HiddenSource source(int[] tokens) {
    return (position, count, into) -> ends.embedding().rows(tokens, position, count, into);
  }

  /** The last hidden states of {@code tokens}, f32 bits [tokens, width], in one process. */
  int[] hidden(int[] tokens) {
    Blocks blocks = load(config.wholeSpan());
    try (blocks;
        var sessions = new LocalSessionFactory(blocks.span(), config, blocks.cache(), 64);
        var session = sessions.open(tokens.length, source(tokens))) {
      return bits(session.step(0, tokens.length, Rows.ALL));
    }
  }

  static int[] bits(MemorySegment rows) {
    return rows.toArray(ValueLayout.JAVA_INT);
  }

  /** A sentence that grows by the likeliest token. Owned by one thread. */
  final class Sentence {
    private final int[] tokens;
    private int length;

    Sentence(int prompt, int room) {
      tokens = Arrays.copyOf(RealModel.this.tokens(prompt, 11), room);
      length = prompt;
    }

    HiddenSource source() {
      return RealModel.this.source(tokens);
    }

    int length() {
      return length;
    }

    /** The prompt goes in, and the first token comes out. */
    void begin(InferenceSession session) {
      add(session.step(0, length, Rows.LAST));
    }

    void grow(InferenceSession session, int count) {
      for (int i = 0; i < count; i++) {
        add(session.step(length - 1, 1, Rows.LAST));
      }
    }

    private void add(MemorySegment row) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment logits = arena.allocate(4L * config.vocabulary(), 64);
        ends.head().logits(row, 1, logits);
        int best = 0;
        for (int i = 1; i < config.vocabulary(); i++) {
          if (at(logits, i) > at(logits, best)) {
            best = i;
          }
        }
        tokens[length++] = best;
      }
    }

    private static float at(MemorySegment logits, int token) {
      return logits.getAtIndex(ValueLayout.JAVA_FLOAT, token);
    }

    int[] tokens() {
      return Arrays.copyOf(tokens, length);
    }
  }

  /** What the sentence becomes where nothing happens. */
  int[] undisturbed(int prompt, int room, int grown) {
    Sentence sentence = new Sentence(prompt, room);
    Blocks blocks = load(config.wholeSpan());
    try (blocks;
        var sessions = new LocalSessionFactory(blocks.span(), config, blocks.cache(), 64);
        var session = sessions.open(room, sentence.source())) {
      sentence.begin(session);
      sentence.grow(session, grown);
      return sentence.tokens();
    }
  }

  @Override
  public void close() {
    ends.close();
    pool.close();
    file.close();
  }
}
