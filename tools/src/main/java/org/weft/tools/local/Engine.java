package org.weft.tools.local;

import java.time.Clock;
import java.time.Duration;
import org.weft.node.generation.ChatFormat;
import org.weft.node.generation.GenerationLoop;
import org.weft.node.generation.LanguageModel;
import org.weft.node.session.SessionFactory;
import org.weft.shard.kernel.ComputePool;
import org.weft.shard.model.ModelEnds;
import org.weft.shard.tokenizer.Tokenizer;

/**
 * Both ends of a model in this process, and a generation loop over blocks that are wherever {@code
 * sessions} reach them.
 */
public final class Engine implements AutoCloseable {
  private static final Duration KERNELS = Duration.ofMillis(700);
  private static final Duration REHEARSAL = Duration.ofMillis(2_200);

  /** Of the rehearsal. */
  private static final Duration HTTP = Duration.ofMillis(500);

  private final Closing closing;
  private final ModelEnds ends;
  private final LanguageModel model;
  private final GenerationLoop loop;

  private Engine(Closing closing, ModelEnds ends, LanguageModel model) {
    this.closing = closing;
    this.ends = ends;
    this.model = model;
    loop = closing.add(new GenerationLoop(model), GenerationLoop::close);
  }

  /** Under the model's own name, over the blocks of {@code backend}, which stays its owner's. */
  public static Engine load(OpenModel open, Backend backend, int threads, Progress progress) {
    return load(
        open, open.config().name(), backend.fingerprint(), threads, backend.sessions(), progress);
  }

  /** Loads the ends, on {@code threads} threads of their own; the sessions stay their owner's. */
  public static Engine load(
      OpenModel open,
      String name,
      String fingerprint,
      int threads,
      SessionFactory sessions,
      Progress progress) {
    Tokenizer tokenizer = Tokenizer.of(open.file());
    ChatFormat chatFormat = ChatFormat.of(open.file().metadata(), Clock.systemDefaultZone());
    return Closing.whole(closing -> {
      ComputePool pool = closing.add(new ComputePool(threads), ComputePool::close);
      ModelEnds ends =
          closing.add(
              ModelEnds.load(
                  open.file(),
                  open.config(),
                  pool,
                  (done, total) -> progress.bytes("packing the ends", done, total)),
              ModelEnds::close);
      return new Engine(
          closing,
          ends,
          LanguageModel.of(
              name, fingerprint, open.config(), ends, tokenizer, chatFormat, sessions));
    });
  }

  public LanguageModel model() {
    return model;
  }

  public GenerationLoop loop() {
    return loop;
  }

  /**
   * What has to be done before {@code ready}: compiles the kernels of the output head, then answers
   * for a while, so that the first prompt is as fast as the tenth. Bounded.
   */
  public void warmUp() {
    ends.head().warmUp(System.nanoTime() + KERNELS.toNanos());
    Compilers.stepAside();
    long end = System.nanoTime() + REHEARSAL.toNanos();
    HttpRehearsal.run(this, HTTP);
    Rehearsal.run(this, Duration.ofNanos(Math.max(0, end - System.nanoTime())));
  }

  @Override
  public void close() {
    closing.close();
  }
}
