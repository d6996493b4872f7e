package org.weft.tools.local;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.weft.node.NodeException;
import org.weft.node.generation.GenerationRequest;
import org.weft.node.generation.LanguageModel;
import org.weft.node.session.Cancellation;
import org.weft.shard.ShardException;
import org.weft.shard.sampling.SamplingParameters;
import org.weft.shard.tokenizer.Tokenizer;

/**
 * Answers of a fixed length to a made-up prompt: they warm up all that an answer goes through, in
 * this process and at every hop, and they are what benchmarks time.
 */
public final class Rehearsal {
  private static final long PROMPT_SEED = 42;
  private static final double NEVER = -100;

  private static final int PROMPT_TOKENS = 8;

  /** Few, so that what happens once an answer is rehearsed too. */
  private static final int TOKENS = 8;

  /** While one waits for a hop, another keeps the others busy. */
  private static final int AT_ONCE = 2;

  private static final Duration TO_STOP = Duration.ofMillis(500);

  private Rehearsal() {}

  /** Random ids, the same each time; tokens that would end the answer are never chosen. */
  public static GenerationRequest request(LanguageModel model, int promptTokens, int tokens) {
    Map<Integer, Double> never = new HashMap<>();
    Tokenizer tokenizer = model.tokenizer();
    for (int id = 0; id < tokenizer.size(); id++) {
      if (tokenizer.ends(id)) {
        never.put(id, NEVER);
      }
    }
    int[] ids = new int[promptTokens];
    SplittableRandom random = new SplittableRandom(PROMPT_SEED);
    for (int i = 0; i < promptTokens; i++) {
      ids[i] = random.nextInt(model.vocabulary());
    }
    SamplingParameters greedy = new SamplingParameters(0, 0, 1, 0, 1, 0, 0, never, 0);
    return GenerationRequest.of(ids, OptionalInt.of(tokens), greedy, true);
  }

  /**
   * Answers, several times at once, until the time is over. Where there is no chain yet, or it
   * breaks, there is nothing to rehearse: whoever asks first will hear why.
   */
  static void run(Engine engine, Duration time) {
    LanguageModel model = engine.model();
    int room = Math.min(PROMPT_TOKENS + TOKENS, model.positions()) - PROMPT_TOKENS;
    if (room < 1) {
      return;
    }
    long end = System.nanoTime() + time.toNanos();
    GenerationRequest request = request(model, PROMPT_TOKENS, room);
    Cancellation over = new Cancellation();
    List<Thread> rehearsing = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      rehearsing.add(
          Thread.ofVirtual().name("weft-rehearsal").start(() -> rehearse(engine, request, over)));
    }
    try {
      await(rehearsing, end);
      over.cancel();
      rehearsing.forEach(Thread::interrupt); // where they still wait for peers to open a chain
      await(rehearsing, System.nanoTime() + TO_STOP.toNanos());
    } catch (InterruptedException stopped) {
      over.cancel();
      rehearsing.forEach(Thread::interrupt);
      Thread.currentThread().interrupt();
    }
  }

  private static void await(List<Thread> threads, long endNanos) throws InterruptedException {
    for (Thread thread : threads) {
      boolean unused = thread.join(Duration.ofNanos(Math.max(0, endNanos - System.nanoTime())));
    }
  }

  private static void rehearse(Engine engine, GenerationRequest request, Cancellation over) {
    try {
      while (!over.cancelled()) {
        engine.loop().generate(request, over, (text, tokens) -> {});
      }
    } catch (NodeException | ShardException noChain) {
      return;
    }
  }
}
