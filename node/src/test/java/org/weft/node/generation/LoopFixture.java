package org.weft.node.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.weft.node.session.Cancellation;
import org.weft.shard.sampling.SamplingParameters;

/** A generation loop over a fake model; whatever a test does, nothing stays reserved. */
abstract class LoopFixture {
  final FakeModel fake = new FakeModel(256, false);
  final GenerationLoop loop = loop(Duration.ofSeconds(10));

  GenerationLoop loop(Duration openWait) {
    return new GenerationLoop(fake.model(), new GenerationConfig(openWait, 8, 3), System::nanoTime);
  }

  @AfterEach
  void close() {
    loop.close();
    assertEquals(0, fake.used(), "positions still reserved");
  }

  record Told(GenerationResult result, List<String> pieces, List<ScoredToken> tokens) {
    String text() {
      return String.join("", pieces);
    }
  }

  int[] ids(String text) {
    return fake.tokenizer().encode(text, false, true);
  }

  Told run(GenerationRequest request) {
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

  Told run(int maxTokens, String... stops) {
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

  static SamplingParameters warm(long seed) {
    return new SamplingParameters(1, 0, 1, 0, 1, 0, 0, Map.of(), seed);
  }
}
