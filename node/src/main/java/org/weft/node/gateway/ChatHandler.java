package org.weft.node.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.weft.node.generation.ChatMessage;
import org.weft.node.generation.ChatPrompt;
import org.weft.node.generation.GenerationLoop;
import org.weft.node.generation.GenerationRequest;
import org.weft.node.generation.LanguageModel;

/** {@code POST /v1/chat/completions}. */
final class ChatHandler implements BodyHandler {
  private final GenerationLoop loop;
  private final Answers answers;
  private final LongSupplier seeds;

  ChatHandler(GenerationLoop loop, Answers answers, LongSupplier seeds) {
    this.loop = loop;
    this.answers = answers;
    this.seeds = seeds;
  }

  @Override
  public String promptParameter() {
    return "messages";
  }

  @Override
  public void handle(Exchange exchange, Body body) {
    LanguageModel model = loop.model();
    ChatRequest request =
        body.read(
            exchange.cancellation(),
            model,
            fields -> ChatRequest.read(fields, model.vocabulary(), seeds));
    long characters = 0;
    for (ChatMessage message : request.messages()) {
      characters += message.content().length();
    }
    loop.requireHope(characters);
    int[] ids = ChatPrompt.ids(model, request.messages());
    loop.requireFits(ids, 1);
    CommonParameters common = request.common();
    List<AnswerJob> jobs = new ArrayList<>(common.choices());
    for (int choice = 0; choice < common.choices(); choice++) {
      jobs.add(
          new AnswerJob(
              choice,
              new GenerationRequest(
                  ids,
                  request.maxTokens(),
                  common.sampling(),
                  choice,
                  common.stops(),
                  request.topLogProbabilities(),
                  false,
                  false),
              Optional.empty(),
              false));
    }
    answers.serve(exchange, new ChatShape(new TokenText(model.tokenizer())), common, jobs);
  }
}
