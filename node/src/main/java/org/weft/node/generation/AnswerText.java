package org.weft.node.generation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.weft.shard.sampling.LogProbabilities;
import org.weft.shard.tokenizer.StreamingDetokenizer;
import org.weft.shard.tokenizer.Tokenizer;

/**
 * Tokens to text that may be told: whole characters, nothing of a stop text, each token's
 * log-probabilities with the text that it completes. One answer's; one thread.
 */
final class AnswerText {
  private final Tokenizer tokenizer;
  private final StreamingDetokenizer detokenizer;
  private final StopMatcher matcher;
  private final TokenListener listener;
  private final Deque<ScoredToken> pending = new ArrayDeque<>();
  private boolean first;
  private int decoded; // code points that the detokenizer gave
  private int told; // code points that the listener has

  AnswerText(Tokenizer tokenizer, GenerationRequest request, TokenListener listener) {
    this.tokenizer = tokenizer;
    this.detokenizer = request.continues() ? tokenizer.continuation() : tokenizer.detokenizer();
    this.first = !request.continues();
    this.matcher = new StopMatcher(request.stops());
    this.listener = listener;
  }

  /** True once a stop text is complete; the text ended before it. */
  boolean stopped() {
    return matcher.stopped();
  }

  void accept(int token, Optional<LogProbabilities> logProbabilities) {
    if (logProbabilities.isPresent()) {
      int skipped = first && tokenizer.spaceAdded(token) ? 1 : 0;
      pending.add(new ScoredToken(token, decoded, skipped, logProbabilities));
    }
    first &= tokenizer.bytes(token, false).length == 0; // special tokens are no text
    String piece = detokenizer.accept(token);
    decoded += piece.codePointCount(0, piece.length());
    if (!piece.isEmpty()) {
      tell(matcher.accept(piece), false);
    }
  }

  /** Tells what was held back: no more tokens come. */
  void finish() {
    String rest = detokenizer.finish();
    decoded += rest.codePointCount(0, rest.length());
    String certain = matcher.accept(rest);
    tell(matcher.stopped() ? certain : certain + matcher.finish(), true);
  }

  private void tell(String text, boolean last) {
    told += text.codePointCount(0, text.length());
    List<ScoredToken> tokens = new ArrayList<>(pending.size());
    // A token that began where the text now ends has not been told, unless nothing more comes.
    boolean all = last && !matcher.stopped();
    while (!pending.isEmpty() && (all || pending.element().start() < told)) {
      tokens.add(pending.remove());
    }
    if (!text.isEmpty() || !tokens.isEmpty()) {
      listener.piece(text, tokens);
    }
  }
}
