package org.weft.tools.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.weft.node.generation.Cancellation;
import org.weft.node.generation.GenerationRequest;
import org.weft.node.generation.GenerationResult;
import org.weft.node.generation.LanguageModel;
import org.weft.shard.sampling.SamplingParameters;
import org.weft.shard.tokenizer.Tokenizer;
import org.weft.tools.local.Engine;

/** Times prompts and answers of fixed lengths through a whole generation loop. One thread. */
public final class GenerationBench {
  private static final long PROMPT_SEED = 42;
  private static final double NEVER = -100;

  private final Engine engine;
  private final GenerationRequest request;
  private final int promptTokens;
  private final List<Double> prompt = new ArrayList<>();
  private final List<Double> generation = new ArrayList<>();

  /**
   * The prompt is random ids, the same each time; tokens that would end the answer are never
   * chosen.
   */
  public GenerationBench(Engine engine, int promptTokens, int tokens) {
    LanguageModel model = engine.model();
    this.engine = engine;
    this.promptTokens = promptTokens;
    Map<Integer, Double> never = new HashMap<>();
    int[] ids = new int[promptTokens];
    SplittableRandom random = new SplittableRandom(PROMPT_SEED);
    Tokenizer tokenizer = model.tokenizer();
    for (int id = 0; id < tokenizer.size(); id++) {
      if (tokenizer.ends(id)) {
        never.put(id, NEVER);
      }
    }
    for (int i = 0; i < promptTokens; i++) {
      ids[i] = random.nextInt(model.vocabulary());
    }
    SamplingParameters greedy = new SamplingParameters(0, 0, 1, 0, 1, 0, 0, never, 0);
    this.request = GenerationRequest.of(ids, OptionalInt.of(tokens), greedy, true);
  }

  /** One run; {@code counted} says whether its figures are kept. */
  public void run(boolean counted) {
    GenerationResult result =
        engine.loop().generate(request, new Cancellation(), (text, tokens) -> {});
    if (counted) {
      prompt.add(promptTokens / (result.firstTokenNanos() / 1e9));
      generation.add(result.tokensPerSecond());
    }
  }

  /** Prompt tokens per second, the first token's choice included. */
  public Figures prompt() {
    return Figures.of(prompt);
  }

  /** Generated tokens per second after the first. */
  public Figures generation() {
    return Figures.of(generation);
  }
}
