package org.weft.node.generation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.weft.node.generation.GenerationResult.FinishReason;
import org.weft.node.session.Cancellation;
import org.weft.shard.sampling.SamplingParameters;

final class GenerationLoopTest extends LoopFixture {
  @Test
  void shouldSayTheAnswerTokenByTokenWhenTheModelEndsIt() {
    fake.says("over the hill");
    Told told = run(50);
    assertEquals("over the hill", told.text());
    assertEquals(FinishReason.STOP, told.result().finish());
    assertEquals(ids("over the hill").length, told.pieces().size());
    assertEquals(ids("over the hill").length + 1, told.result().completionTokens());
    assertEquals(6, told.result().promptTokens());
    assertTrue(told.result().firstTokenNanos() > 0);
    assertTrue(told.result().tokensPerSecond() > 0);
  }

  @Test
  void shouldEndWithLengthWhenMaxTokensAreSampled() {
    fake.says("wxyz");
    Told told = run(3);
    assertEquals("wxy", told.text());
    assertEquals(FinishReason.LENGTH, told.result().finish());
    assertEquals(3, told.result().completionTokens());
    assertEquals(3, fake.steps(), "the prompt and two tokens: the last one needs no step");
  }

  @Test
  void shouldEmitNothingOfAStopTextWhenItSpansTokens() {
    fake.says("one two## #three");
    Told told = run(50, "# #t");
    assertEquals("one two#", told.text());
    assertEquals(FinishReason.STOP, told.result().finish());
  }

  @Test
  void shouldHoldBackOnlyWhatMayBecomeAStopText() {
    fake.says("aaab stop!");
    Told told = run(50, "aab", "zzz");
    assertEquals("a", told.text());
    fake.says("xx#y#");
    assertEquals("xx#y#", run(50, "##").text(), "held back text comes in the end");
  }

  @Test
  void shouldTakeTheEarliestStopWhenSeveralComplete() {
    fake.says("1 stop over");
    Told told = run(50, "op", "top");
    assertEquals("1 s", told.text());
  }

  @Test
  void shouldStopWhenAStopTextIsASpecialToken() {
    fake.says("yes<|im_start|>no");
    assertEquals("yes", run(50, "<|im_start|>").text());
    assertEquals("yesno", run(50).text(), "a special token is no text");
  }

  @Test
  void shouldNeverSplitACharacterWhenTokensDo() {
    fake.says("grüße 🧵!");
    Told told = run(50);
    assertEquals("grüße 🧵!", told.text());
    for (String piece : told.pieces()) {
      assertFalse(piece.contains("\uFFFD"), piece);
    }
    assertEquals("gr\uFFFD", run(3).text(), "an answer that is cut inside of a character");
  }

  @Test
  void shouldReportLogProbabilitiesWithTheTextThatTheyComplete() {
    fake.says("aü");
    Told told =
        run(
            new GenerationRequest(
                ids("hi"),
                OptionalInt.of(20),
                SamplingParameters.greedy(),
                0,
                List.of(),
                OptionalInt.of(2),
                true,
                false));
    assertEquals(List.of("a", "ü"), told.pieces());
    assertEquals(3, told.tokens().size());
    assertEquals(List.of(0, 1, 1), told.tokens().stream().map(ScoredToken::start).toList());
    for (ScoredToken token : told.tokens()) {
      var scores = token.logProbabilities().orElseThrow();
      assertEquals(2, scores.top().size());
      assertEquals(token.id(), scores.top().getFirst().token());
      assertEquals(scores.chosen(), scores.top().getFirst().logProbability(), 1e-12);
      assertTrue(scores.chosen() <= 0);
    }
  }

  @Test
  void shouldScoreThePromptWhenAsked() {
    fake.says("xyz");
    List<ScoredToken> prompt = new ArrayList<>();
    GenerationRequest request =
        new GenerationRequest(
            ids("abcdefxyz"),
            OptionalInt.of(0),
            SamplingParameters.greedy(),
            0,
            List.of(),
            OptionalInt.of(1),
            true,
            true);
    GenerationResult result =
        loop.generate(
            request,
            new Cancellation(),
            new TokenListener() {
              @Override
              public void prompt(List<ScoredToken> tokens) {
                prompt.addAll(tokens);
              }

              @Override
              public void piece(String text, List<ScoredToken> tokens) {
                throw new AssertionError("nothing was to be generated");
              }
            });
    assertEquals(FinishReason.LENGTH, result.finish());
    assertArrayEquals(request.prompt(), prompt.stream().mapToInt(ScoredToken::id).toArray());
    assertTrue(prompt.getFirst().logProbabilities().isEmpty());
    assertTrue(prompt.getLast().logProbabilities().orElseThrow().chosen() > -1e-6, "xyz is sure");
  }

  @Test
  void shouldDependOnSeedAndChoiceAlone() {
    fake.wanders();
    GenerationRequest request = GenerationRequest.of(ids("abc"), OptionalInt.of(30), warm(7), true);
    String text = run(request).text();
    assertEquals(text, run(request).text());
    assertNotEquals(
        text, run(GenerationRequest.of(ids("abc"), OptionalInt.of(30), warm(8), true)).text());
    assertNotEquals(
        text,
        run(new GenerationRequest(
                ids("abc"),
                OptionalInt.of(30),
                warm(7),
                1,
                List.of(),
                OptionalInt.empty(),
                true,
                false))
            .text());
  }

  @Test
  void shouldGiveLogitsOfEveryPositionWhateverTheChunk() {
    fake.wanders();
    int[] ids = ids("a few tokens of a prompt");
    List<Float> whole = firstLogits(ids, 1000);
    assertEquals(ids.length, whole.size());
    assertEquals(whole, firstLogits(ids, 1));
    assertEquals(whole, firstLogits(ids, 7));
  }

  private List<Float> firstLogits(int[] ids, int chunk) {
    List<Float> first = new ArrayList<>();
    loop.logits(
        ids,
        chunk,
        new Cancellation(),
        (position, logits) -> {
          assertEquals(first.size(), position);
          first.add(logits.getAtIndex(ValueLayout.JAVA_FLOAT, 0));
        });
    return first;
  }
}
