package org.weft.tools.chat;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.weft.node.generation.ChatMessage;
import org.weft.node.generation.ChatPrompt;
import org.weft.node.generation.GenerationRequest;
import org.weft.node.generation.GenerationResult;
import org.weft.node.generation.GenerationResult.FinishReason;
import org.weft.node.session.Cancellation;
import org.weft.shard.sampling.SamplingParameters;
import org.weft.tools.local.Engine;

/** Answers from a model in this process. The engine is its owner's. */
public final class EngineAnswerer implements Answerer {
  private final Engine engine;
  private final OptionalInt maxTokens;
  private final SamplingParameters sampling;

  public EngineAnswerer(Engine engine, OptionalInt maxTokens, SamplingParameters sampling) {
    this.engine = engine;
    this.maxTokens = maxTokens;
    this.sampling = sampling;
  }

  @Override
  public String model() {
    return engine.model().name();
  }

  @Override
  public Ending answer(
      List<ChatMessage> conversation, Consumer<String> text, Cancellation cancellation) {
    int[] ids = ChatPrompt.ids(engine.model(), conversation);
    GenerationResult result =
        engine
            .loop()
            .generate(
                GenerationRequest.of(ids, maxTokens, sampling, false),
                cancellation,
                (piece, tokens) -> text.accept(piece));
    return result.finish() == FinishReason.LENGTH ? Ending.CUT_SHORT : Ending.WHOLE;
  }

  @Override
  public void close() {}
}
