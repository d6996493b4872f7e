package org.weft.node.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.generation.GenerationResult.FinishReason;
import org.weft.node.session.Cancellation;
import org.weft.shard.sampling.SamplingParameters;

/** Reservations: waited for, outgrown, refused, cancelled and always given back. */
final class GenerationRoomTest extends LoopFixture {
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
  void shouldEndTheOpeningOfASessionWhenCancelled() throws Throwable {
    fake.holdsOpening();
    assertEndsWhenCancelled(fake::awaitHeld);
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
  void shouldStopWaitingWhenCancelled() throws Throwable {
    fake.capacity(4);
    assertEndsWhenCancelled(() -> {});
  }

  /** Cancels an answer that has begun, once {@code begun} has returned. */
  private void assertEndsWhenCancelled(Executable begun) throws Throwable {
    Cancellation cancellation = new Cancellation();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<GenerationResult> result =
          threads.submit(() ->
              loop.generate(
                  GenerationRequest.of(
                      ids("hello:"), OptionalInt.of(9), SamplingParameters.greedy(), true),
                  cancellation,
                  (piece, tokens) -> {}));
      begun.execute();
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
  void shouldPassFailuresOnWhenASessionBreaks() {
    fake.says("abcdefghij").failsAt(8);
    NodeException e = assertThrows(NodeException.class, () -> run(20));
    assertEquals(NodeError.UNREACHABLE, e.error());
  }
}
