package org.weft.tools.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.weft.node.generation.GenerationRequest;
import org.weft.node.generation.GenerationResult;
import org.weft.node.session.Cancellation;
import org.weft.tools.local.Engine;
import org.weft.tools.local.Rehearsal;

/** Times prompts and answers of fixed lengths through a whole generation loop. One thread. */
public final class GenerationBench {
  private final Engine engine;
  private final GenerationRequest request;
  private final int promptTokens;
  private final List<Double> prompt = new ArrayList<>();
  private final List<Double> generation = new ArrayList<>();

  public GenerationBench(Engine engine, int promptTokens, int tokens) {
    this.engine = engine;
    this.promptTokens = promptTokens;
    this.request = Rehearsal.request(engine.model(), promptTokens, tokens);
  }

  /**
   * Does what a gateway does before it is ready, whatever that takes, and then runs that do not
   * count until {@code time} is over.
   */
  public void warmUp(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    engine.warmUp();
    while (System.nanoTime() < end) {
      answer();
    }
  }

  /** One run whose figures are kept. */
  public void run() {
    GenerationResult result = answer();
    prompt.add(promptTokens / (result.firstTokenNanos() / 1e9));
    generation.add(result.tokensPerSecond());
  }

  private GenerationResult answer() {
    return engine.loop().generate(request, new Cancellation(), (text, tokens) -> {});
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
