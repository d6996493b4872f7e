package org.weft.node.generation;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.generation.GenerationResult.FinishReason;
import org.weft.node.session.Cancellation;
import org.weft.shard.sampling.LogProbabilities;
import org.weft.shard.sampling.Sampler;
import org.weft.shard.tokenizer.Tokenizer;

/** One answer while it is generated. One thread's. */
final class Generation {
  private final LanguageModel model;
  private final GenerationConfig config;
  private final LongSupplier nanoTime;
  private final SessionOpener opener;
  private final HeadQueue head;
  private final GenerationRequest request;
  private final int[] prompt;
  private final Cancellation cancellation;
  private final TokenListener listener;
  private final TokenRows rows;
  private final Sampler sampler;
  private final AnswerText text;
  private final Set<Integer> stopTokens = new HashSet<>();
  private final int maxTokens;
  private final long begun;
  private int completionTokens;
  private long firstTokenAt;
  private long lastTokenAt;

  Generation(
      LanguageModel model,
      GenerationConfig config,
      LongSupplier nanoTime,
      SessionOpener opener,
      HeadQueue head,
      GenerationRequest request,
      Cancellation cancellation,
      TokenListener listener) {
    this.model = model;
    this.config = config;
    this.nanoTime = nanoTime;
    this.opener = opener;
    this.head = head;
    this.request = request;
    this.prompt = request.prompt();
    this.cancellation = cancellation;
    this.listener = listener;
    this.begun = nanoTime.getAsLong();
    requireFits(model, prompt, request.maxTokens().orElse(1) == 0 ? 0 : 1);
    this.maxTokens =
        Math.min(request.maxTokens().orElse(Integer.MAX_VALUE), model.positions() - prompt.length);
    this.rows = new TokenRows(model, prompt, reservation());
    this.sampler = new Sampler(request.sampling(), model.vocabulary(), request.choice());
    this.text = new AnswerText(model.tokenizer(), request, listener);
    for (int token : prompt) {
      sampler.prompt(token);
    }
    addStopTokens(model.tokenizer());
  }

  /** Refuses what no session could take. {@code room} is how many tokens must fit after it. */
  static void requireFits(LanguageModel model, int[] ids, int room) {
    if (ids.length == 0) {
      throw new NodeException(NodeError.ARGUMENT, "the prompt has no tokens");
    }
    for (int id : ids) {
      if (id < 0 || id >= model.vocabulary()) {
        throw new NodeException(
            NodeError.ARGUMENT,
            "token id %d is outside of the vocabulary of %d".formatted(id, model.vocabulary()));
      }
    }
    if (ids.length + (long) room > model.positions()) {
      throw new NodeException(
          NodeError.TOO_LONG,
          ("the prompt has %d tokens, the model's context is %d"
                  + (room > 0 ? " and has to hold the answer, too" : ""))
              .formatted(ids.length, model.positions()));
    }
  }

  GenerationResult run() {
    HeadQueue.Slot slot = head.borrow();
    try {
      if (maxTokens == 0 && !request.scorePrompt()) {
        return result(FinishReason.LENGTH);
      }
      return result(generate(slot));
    } catch (RuntimeException e) {
      if (cancellation.cancelled()) {
        return result(FinishReason.CANCELLED);
      }
      throw sentence(e, cancellation);
    } finally {
      head.giveBack(slot);
    }
  }

  private FinishReason generate(HeadQueue.Slot slot) {
    int reservation = reservation();
    while (true) {
      FinishReason finish;
      try (var open = GenerationLoop.OpenSession.open(opener, reservation, rows, cancellation)) {
        int done = 0;
        if (completionTokens == 0 && request.scorePrompt()) {
          scorePrompt(open, slot);
          done = prompt.length - 1;
        }
        finish = maxTokens == 0 ? FinishReason.LENGTH : decode(open, slot, done);
      } catch (NodeException e) {
        if (e.error() != NodeError.OUT_OF_CACHE || completionTokens == 0) {
          throw e;
        }
        finish = finishAtLength(); // the caches are full: what was reserved is all that there is
      }
      if (finish != null) {
        return finish;
      }
      // The answer outgrew its reservation. A bigger one is filled again from the tokens: the bits
      // are the same, and doubling keeps the cost in proportion.
      reservation = Math.min(limit(), Math.max(2 * reservation, rows.count()));
    }
  }

  /** Null where the session is full and the answer goes on. */
  private @Nullable FinishReason decode(
      GenerationLoop.OpenSession open, HeadQueue.Slot slot, int from) {
    int done = from;
    while (true) {
      MemorySegment hidden = open.last(done, rows.count() - done);
      done = rows.count();
      MemorySegment logits = head.logits(slot, hidden);
      if (cancellation.cancelled()) {
        return FinishReason.CANCELLED;
      }
      int token = sampler.choose(logits, done);
      count();
      if (model.tokenizer().ends(token) || stopTokens.contains(token)) {
        text.finish();
        return FinishReason.STOP;
      }
      text.accept(token, logProbabilities(logits, token));
      if (text.stopped()) {
        return FinishReason.STOP;
      }
      if (completionTokens == maxTokens) {
        return finishAtLength();
      }
      rows.add(token);
      if (rows.count() > open.maxLength()) {
        return null;
      }
    }
  }

  /** The text that was held back may complete a stop text, after all. */
  private FinishReason finishAtLength() {
    text.finish();
    return text.stopped() ? FinishReason.STOP : FinishReason.LENGTH;
  }

  private void scorePrompt(GenerationLoop.OpenSession open, HeadQueue.Slot slot) {
    List<ScoredToken> scored = new ArrayList<>(prompt.length);
    int textAt = textAt();
    scored.add(scored(0, textAt, Optional.empty()));
    open.score(
        head,
        slot,
        model.width(),
        0,
        prompt.length - 1,
        config.scoreRows(),
        (position, logits) ->
            scored.add(
                scored(position + 1, textAt, logProbabilities(logits, prompt[position + 1]))));
    listener.prompt(scored);
  }

  /** Where the prompt's text begins, after whatever special tokens come first. */
  private int textAt() {
    int at = 0;
    while (at < prompt.length && model.tokenizer().special(prompt[at])) {
      at++;
    }
    return at;
  }

  private ScoredToken scored(int at, int textAt, Optional<LogProbabilities> logProbabilities) {
    int skipped = at == textAt && model.tokenizer().spaceAdded(prompt[at]) ? 1 : 0;
    return new ScoredToken(prompt[at], 0, skipped, logProbabilities);
  }

  private Optional<LogProbabilities> logProbabilities(MemorySegment logits, int token) {
    return request.topLogProbabilities().isEmpty()
        ? Optional.empty()
        : Optional.of(
            LogProbabilities.of(
                logits, model.vocabulary(), token, request.topLogProbabilities().getAsInt()));
  }

  private void count() {
    completionTokens++;
    lastTokenAt = nanoTime.getAsLong();
    if (completionTokens == 1) {
      firstTokenAt = lastTokenAt;
    }
  }

  /** A stop text that is one special token never appears in the text: its id stops, too. */
  private void addStopTokens(Tokenizer tokenizer) {
    for (String stop : request.stops()) {
      int[] ids = tokenizer.encode(stop, false, true);
      if (ids.length == 1 && tokenizer.special(ids[0])) {
        stopTokens.add(ids[0]);
      }
    }
  }

  /** Positions that this answer could ever step: its last token is sampled, and never stepped. */
  private int limit() {
    return Math.max(prompt.length, prompt.length + maxTokens - 1);
  }

  private int reservation() {
    return request.maxTokens().isPresent()
        ? limit()
        : Math.min(limit(), prompt.length + config.firstReservation());
  }

  private GenerationResult result(FinishReason finish) {
    return new GenerationResult(
        finish,
        prompt.length,
        completionTokens,
        completionTokens == 0 ? 0 : firstTokenAt - begun,
        lastTokenAt - firstTokenAt);
  }

  /** What a caller should see of a failure that a cancellation may have caused. */
  static RuntimeException sentence(RuntimeException e, Cancellation cancellation) {
    return cancellation.cancelled()
        ? new NodeException(NodeError.CLOSED, "the request was cancelled")
        : e;
  }
}
