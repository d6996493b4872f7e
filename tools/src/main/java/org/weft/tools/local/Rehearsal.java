package org.weft.tools.local;

import java.time.Duration;
import java.util.HashMap;
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
  private static final int TOKENS = 24;

  /** A round counts as faster only if it takes less than this part of the best one before. */
  private static final double FASTER = 0.95;

  /** Rounds that are no faster before it is warm enough. */
  private static final int CALM_ROUNDS = 3;

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
   * Answers until that gets no faster, or the time is over. Where there is no chain yet, or it
   * breaks, there is nothing to rehearse: whoever asks first will hear why.
   */
  static void run(Engine engine, Duration atMost) {
    LanguageModel model = engine.model();
    int room = Math.min(PROMPT_TOKENS + TOKENS, model.positions()) - PROMPT_TOKENS;
    if (room < 1) {
      return;
    }
    GenerationRequest request = request(model, PROMPT_TOKENS, room);
    Cancellation over = new Cancellation();
    Thread rehearsing =
        Thread.ofVirtual().name("weft-rehearsal").start(() -> rehearse(engine, request, over));
    try {
      if (!rehearsing.join(atMost)) {
        over.cancel();
        rehearsing.interrupt(); // where it still waits for peers to open a chain
        boolean unused = rehearsing.join(TO_STOP);
      }
    } catch (InterruptedException stopped) {
      over.cancel();
      rehearsing.interrupt();
      Thread.currentThread().interrupt();
    }
  }

  private static void rehearse(Engine engine, GenerationRequest request, Cancellation over) {
    try {
      long best = Long.MAX_VALUE;
      for (int calm = 0; calm < CALM_ROUNDS && !over.cancelled(); calm++) {
        long start = System.nanoTime();
        engine.loop().generate(request, over, (text, tokens) -> {});
        long took = System.nanoTime() - start;
        if (took < best * FASTER) {
          best = took;
          calm = -1;
        }
      }
    } catch (NodeException | ShardException noChain) {
      return;
    }
  }
}
