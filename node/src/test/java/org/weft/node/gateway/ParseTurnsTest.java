package org.weft.node.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.weft.node.session.Cancellation;

/** Large bodies are parsed one after another. */
final class ParseTurnsTest {
  private static final byte[] SMALL = bytes("{}");
  private static final byte[] LARGE = bytes("{}" + " ".repeat(ParseTurns.SMALL_BYTES));

  private final ParseTurns turns = new ParseTurns(Duration.ZERO);
  private final Cancellation none = new Cancellation();

  @Test
  void shouldKeepALargeBodyWaitingButNoSmallOneWhenAnotherIsParsed() {
    String got =
        turns.parse(
            LARGE,
            none,
            fields -> {
              ApiException refused =
                  assertThrows(ApiException.class, () -> turns.parse(LARGE, none, other -> "two"));
              assertEquals(503, refused.error().status());
              return turns.parse(SMALL, none, other -> "small");
            });
    assertEquals("small", got);
    assertEquals("next", turns.parse(LARGE, none, fields -> "next"));
  }

  @Test
  void shouldGiveItsTurnBackWhenTheBodyIsRefusedOrItsClientIsGone() {
    byte[] bad = LARGE.clone();
    bad[0] = '[';
    assertThrows(ApiException.class, () -> turns.parse(bad, none, fields -> "never"));
    Cancellation gone = new Cancellation();
    gone.cancel();
    assertThrows(
        ClientGoneException.class, () -> turns.parse(LARGE, gone, fields -> "nobody waits"));
    assertEquals("next", turns.parse(LARGE, none, fields -> "next"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
