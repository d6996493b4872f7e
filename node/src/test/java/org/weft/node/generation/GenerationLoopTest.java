package org.weft.node.generation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.generation.GenerationResult.FinishReason;
import org.weft.shard.sampling.SamplingParameters;

final class GenerationLoopTest {
  private final FakeModel fake = new FakeModel(256, false);
  private final GenerationLoop loop = loop(Duration.ofSeconds(10));

  private GenerationLoop loop(Duration openWait) {
    return new GenerationLoop(fake.model(), new GenerationConfig(openWait, 8, 3), System::nanoTime);
  }

  @AfterEach
  void close() {
    loop.close();
    assertEquals(0, fake.used(), "positions still reserved");
  }

  private record Told(GenerationResult result, List<String> pieces, List<ScoredToken> tokens) {
    String text() {
      return String.join("", pieces);
    }
  }

  private int[] ids(String text) {
    return fake.tokenizer().encode(text, false, true);
  }

  private Told run(GenerationRequest request) {
    List<String> pieces = new ArrayList<>();
    List<ScoredToken> tokens = new ArrayList<>();
    GenerationResult result =
        loop.generate(
            request,
            new Cancellation(),
            (text, scored) -> {
              pieces.add(text);
              tokens.addAll(scored);
            });
    return new Told(result, pieces, tokens);
  }

  private Told run(int maxTokens, String... stops) {
    return run(
        new GenerationRequest(
            ids("hello:"),
            OptionalInt.of(maxTokens),
            SamplingParameters.greedy(),
            0,
            List.of(stops),
            OptionalInt.empty(),
            true,
            false));
  }

  private static SamplingParameters warm(long seed) {
    return new SamplingParameters(1, 0, 1, 0, 1, 0, 0, Map.of(), seed);
  }

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
  void shouldGetTheSameTextWhenTheReservationGrows() {
    fake.wanders();
    String limited =
        run(GenerationRequest.of(ids("abc"), OptionalInt.of(200), warm(3), true)).text();
    int opened = fake.opened();
    Told grown = run(GenerationRequest.of(ids("abc"), OptionalInt.empty(), warm(3), true));
    assertTrue(fake.opened() - opened > 3, "the reservation never grew");
    assertEquals(limited, grown.text().substring(0, limited.length()));
    assertEquals(FinishReason.LENGTH, grown.result().finish());
    assertEquals(256 - 1, grown.result().completionTokens(), "up to the context's end");
  }

  @Test
  void shouldKeepWhatThereIsWhenTheReservationCannotGrow() {
    fake.wanders().capacity(40);
    try (GenerationLoop hasty = loop(Duration.ofMillis(1))) {
      StringBuilder text = new StringBuilder();
      GenerationResult result =
          hasty.generate(
              GenerationRequest.of(ids("abc"), OptionalInt.empty(), warm(3), true),
              new Cancellation(),
              (piece, tokens) -> text.append(piece));
      assertEquals(FinishReason.LENGTH, result.finish());
      assertTrue(result.completionTokens() >= 8);
      assertFalse(text.isEmpty());
    }
  }

  @Test
  void shouldCloseTheSessionAtOnceWhenCancelledInAStep() throws Exception {
    fake.says("jihgfedcba").holdsAt(9);
    Cancellation cancellation = new Cancellation();
    StringBuilder text = new StringBuilder();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<GenerationResult> result =
          threads.submit(() ->
              loop.generate(
                  GenerationRequest.of(
                      ids("hello:"), OptionalInt.of(9), SamplingParameters.greedy(), true),
                  cancellation,
                  (piece, tokens) -> text.append(piece)));
      fake.awaitHeld();
      cancellation.cancel();
      assertEquals(FinishReason.CANCELLED, result.get().finish());
      assertEquals("jih", text.toString());
    }
  }

  @Test
  void shouldCloseTheSessionWhenTheListenerThrows() {
    fake.says("abc");
    assertThrows(
        IllegalStateException.class,
        () ->
            loop.generate(
                GenerationRequest.of(
                    ids("hello:"), OptionalInt.of(9), SamplingParameters.greedy(), true),
                new Cancellation(),
                (piece, tokens) -> {
                  throw new IllegalStateException("the reader left");
                }));
    assertEquals(0, fake.used());
  }

  @Test
  void shouldWaitForRoomWhenTheCachesAreFull() throws Exception {
    fake.wanders().capacity(64);
    List<Callable<String>> many = new ArrayList<>();
    List<String> alone = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      GenerationRequest request =
          GenerationRequest.of(ids("p" + i), OptionalInt.of(20), warm(i), true);
      alone.add(run(request).text());
      many.add(() -> run(request).text());
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<String> together = new ArrayList<>();
      for (Future<String> text : threads.invokeAll(many)) {
        together.add(text.get());
      }
      assertEquals(alone, together);
    }
  }

  @Test
  void shouldRefuseWithOutOfCacheWhenTheWaitIsOver() {
    fake.capacity(4);
    try (GenerationLoop hasty = loop(Duration.ofMillis(5))) {
      NodeException e =
          assertThrows(
              NodeException.class,
              () ->
                  hasty.generate(
                      GenerationRequest.of(
                          ids("hello:"), OptionalInt.of(9), SamplingParameters.greedy(), true),
                      new Cancellation(),
                      (piece, tokens) -> {}));
      assertEquals(NodeError.OUT_OF_CACHE, e.error());
    }
  }

  @Test
  void shouldStopWaitingWhenCancelled() throws Exception {
    fake.capacity(4);
    Cancellation cancellation = new Cancellation();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<GenerationResult> result =
          threads.submit(() ->
              loop.generate(
                  GenerationRequest.of(
                      ids("hello:"), OptionalInt.of(9), SamplingParameters.greedy(), true),
                  cancellation,
                  (piece, tokens) -> {}));
      cancellation.cancel();
      assertEquals(FinishReason.CANCELLED, result.get().finish());
    }
  }

  @Test
  void shouldRefusePromptsThatNoSessionTakes() {
    GenerationRequest longest =
        GenerationRequest.of(new int[256], OptionalInt.of(1), SamplingParameters.greedy(), true);
    NodeException tooLong = assertThrows(NodeException.class, () -> run(longest));
    assertEquals(NodeError.TOO_LONG, tooLong.error());
    String sentence = String.valueOf(tooLong.getMessage());
    assertTrue(sentence.contains("256 tokens"), sentence);
    GenerationRequest unknown =
        GenerationRequest.of(
            new int[] {9999}, OptionalInt.of(1), SamplingParameters.greedy(), true);
    assertEquals(NodeError.ARGUMENT, assertThrows(NodeException.class, () -> run(unknown)).error());
    assertThrows(
        NodeException.class,
        () -> GenerationRequest.of(new int[0], OptionalInt.of(1), warm(1), true));
    assertThrows(NodeException.class, () -> loop.requireHope(Integer.MAX_VALUE));
    assertEquals(0, fake.opened());
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

  @Test
  void shouldPassFailuresOnWhenASessionBreaks() {
    fake.says("abcdefghij").failsAt(8);
    NodeException e = assertThrows(NodeException.class, () -> run(20));
    assertEquals(NodeError.UNREACHABLE, e.error());
  }
}
