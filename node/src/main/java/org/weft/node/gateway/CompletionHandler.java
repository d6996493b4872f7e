package org.weft.node.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import org.weft.node.gateway.CompletionRequest.Prompt;
import org.weft.node.generation.GenerationLoop;
import org.weft.node.generation.GenerationRequest;
import org.weft.node.generation.LanguageModel;
import org.weft.shard.tokenizer.Tokenizer;

/** {@code POST /v1/completions}. */
final class CompletionHandler implements BodyHandler {
  private final GenerationLoop loop;
  private final Answers answers;
  private final LongSupplier seeds;

  CompletionHandler(GenerationLoop loop, Answers answers, LongSupplier seeds) {
    this.loop = loop;
    this.answers = answers;
    this.seeds = seeds;
  }

  @Override
  public String promptParameter() {
    return "prompt";
  }

  @Override
  public void handle(Exchange exchange, Body body) {
    LanguageModel model = loop.model();
    CompletionRequest request =
        body.read(
            exchange.cancellation(),
            model,
            fields -> CompletionRequest.read(fields, model.vocabulary(), seeds));
    List<AnswerJob> jobs = new ArrayList<>();
    for (Prompt prompt : request.prompts()) {
      addJobs(jobs, prompt, request);
    }
    answers.serve(
        exchange, new CompletionShape(new TokenText(model.tokenizer())), request.common(), jobs);
  }

  /** The answers to one prompt; they come together in {@code choices}. */
  private void addJobs(List<AnswerJob> jobs, Prompt prompt, CompletionRequest request) {
    int[] ids = ids(prompt);
    loop.requireFits(ids, Math.min(1, request.maxTokens()));
    Optional<String> echo = request.echo() ? Optional.of(text(prompt)) : Optional.empty();
    CommonParameters common = request.common();
    for (int choice = 0; choice < common.choices(); choice++) {
      jobs.add(
          new AnswerJob(
              jobs.size(),
              new GenerationRequest(
                  ids,
                  OptionalInt.of(request.maxTokens()),
                  common.sampling(),
                  choice,
                  common.stops(),
                  request.topLogProbabilities(),
                  true,
                  request.echo() && request.topLogProbabilities().isPresent()),
              echo,
              addedBos(prompt)));
    }
  }

  private int[] ids(Prompt prompt) {
    Tokenizer tokenizer = loop.model().tokenizer();
    return switch (prompt) {
      case Prompt.Ids list -> list.ids();
      case Prompt.Text text -> {
        loop.requireHope(text.text().length());
        int[] ids = tokenizer.encodePrompt(text.text());
        // Nothing at all means the beginning of a document.
        yield ids.length == 0 && tokenizer.bos().isPresent()
            ? new int[] {tokenizer.bos().getAsInt()}
            : ids;
      }
    };
  }

  private String text(Prompt prompt) {
    return switch (prompt) {
      case Prompt.Ids list -> loop.model().tokenizer().decode(list.ids());
      case Prompt.Text text -> text.text();
    };
  }

  private boolean addedBos(Prompt prompt) {
    return switch (prompt) {
      case Prompt.Ids list -> false;
      case Prompt.Text text ->
          text.text().isEmpty() || loop.model().tokenizer().addedBos().isPresent();
    };
  }
}
