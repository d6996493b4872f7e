package org.weft.tools.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.node.generation.ChatMessage;
import org.weft.node.session.Cancellation;
import org.weft.shard.sampling.SamplingParameters;
import org.weft.tools.user.UserException;

class GatewayAnswererTest {
  private static final List<ChatMessage> QUESTION = List.of(ChatMessage.of("user", "Why?"));

  private final StringBuffer said = new StringBuffer();
  private final Cancellation cancellation = new Cancellation();
  private FakeGateway gateway;
  private GatewayAnswerer answerer;

  @BeforeEach
  void start() throws Exception {
    gateway = new FakeGateway();
    answerer =
        new GatewayAnswerer(
            new GatewayClient(gateway.url(), null),
            OptionalInt.empty(),
            SamplingParameters.greedy());
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private Answerer.Ending answer() {
    return answerer.answer(QUESTION, said::append, cancellation);
  }

  @Test
  void shouldReadAnAnswerToItsEnd() {
    gateway.says("Because.");
    assertEquals(Answerer.Ending.WHOLE, answer());
    assertEquals("Because.", said.toString());
    gateway.streams(FakeGateway.piece("So") + FakeGateway.finish().replace("stop", "length"));
    assertEquals(Answerer.Ending.CUT_SHORT, answer(), "a reason is an end, too");
  }

  @Test
  void shouldSaySoWhenAStreamEndsWithoutAReason() {
    for (String events : List.of("", FakeGateway.piece("Beca"))) {
      gateway.streams(events);
      UserException broken = assertThrows(UserException.class, this::answer);
      assertEquals(
          "the answer of the gateway at " + gateway.url() + " broke off", broken.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldStopAtOnceWhenCancelled(boolean afterTheFirstToken) throws Exception {
    gateway.stopsAfter(afterTheFirstToken ? FakeGateway.piece("Be") : "");
    CompletableFuture<Answerer.Ending> ending =
        CompletableFuture.supplyAsync(this::answer, task -> Thread.ofVirtual().start(task));
    gateway.awaitHeld();
    cancellation.cancel();
    assertEquals(Answerer.Ending.WHOLE, ending.get(60, TimeUnit.SECONDS));
  }
}
