package org.weft.node.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.weft.node.gateway.AnswerShape.Answer;
import org.weft.node.gateway.AnswerShape.Token;
import org.weft.node.generation.ScoredToken;
import org.weft.node.generation.TokenListener;

/** The text of one choice as it grows, the echoed prompt before it. One thread's. */
final class ChoiceText implements TokenListener {
  private final AnswerJob job;
  private final TokenText texts;
  private final Consumer<Answer> out;
  private final boolean scored;
  private List<ScoredToken> prompt = List.of();
  private boolean echoed;
  private int echoLength; // code points
  private int length; // code points told so far

  ChoiceText(AnswerJob job, TokenText texts, Consumer<Answer> out) {
    this.job = job;
    this.texts = texts;
    this.out = out;
    this.scored = job.request().topLogProbabilities().isPresent();
  }

  @Override
  public void prompt(List<ScoredToken> tokens) {
    prompt = tokens;
  }

  @Override
  public void piece(String text, List<ScoredToken> tokens) {
    echo();
    List<Token> list = new ArrayList<>(tokens.size());
    for (ScoredToken token : tokens) {
      // Special tokens are no part of an answer's text.
      String own =
          texts.tokenizer().special(token.id())
              ? ""
              : texts.text(token.id(), token.skippedBytes(), CompletionShape.INCOMPLETE);
      list.add(new Token(token, own, echoLength + token.start()));
    }
    tell(text, list);
  }

  /** No more comes: tells what an empty answer has not told. */
  void finish() {
    echo();
  }

  private void echo() {
    if (echoed) {
      return;
    }
    echoed = true;
    if (job.echo().isPresent()) {
      String text = job.echo().get();
      echoLength = text.codePointCount(0, text.length());
      tell(text, promptTokens());
    }
  }

  private List<Token> promptTokens() {
    List<Token> list = new ArrayList<>(prompt.size());
    int begun = 0; // characters whose first byte has passed
    for (int i = 0; i < prompt.size(); i++) {
      ScoredToken token = prompt.get(i);
      if (i == 0 && job.addedBos()) {
        list.add(new Token(token, "", 0));
        continue;
      }
      int skipped = token.skippedBytes();
      byte[] bytes = texts.tokenizer().bytes(token.id(), true);
      boolean inside = bytes.length > skipped && (bytes[skipped] & 0xc0) == 0x80;
      list.add(
          new Token(
              token,
              texts.text(token.id(), skipped, CompletionShape.INCOMPLETE),
              Math.max(0, begun - (inside ? 1 : 0))));
      for (int b = skipped; b < bytes.length; b++) {
        begun += (bytes[b] & 0xc0) == 0x80 ? 0 : 1;
      }
    }
    return list;
  }

  private void tell(String text, List<Token> tokens) {
    out.accept(new Answer(text, tokens, scored, length));
    length += text.codePointCount(0, text.length());
  }
}
