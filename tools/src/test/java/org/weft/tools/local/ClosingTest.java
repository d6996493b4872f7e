package org.weft.tools.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClosingTest {
  private final List<String> said = new ArrayList<>();

  @Test
  void shouldCloseInTheOtherOrderAndOnce() {
    Closing closing = new Closing();
    assertEquals("part", closing.add("part", said::add));
    closing.add(() -> said.add("second"));
    assertEquals(2, closing.size());
    closing.close();
    closing.close();
    assertEquals(List.of("second", "part"), said);
    assertTrue(closing.closed());
    assertEquals(0, closing.size());
  }

  @Test
  void shouldCloseTheRestWhenOneFails() {
    Closing closing = new Closing();
    closing.add(() -> said.add("first"));
    RuntimeException broken = new IllegalStateException("broken");
    closing.add(() -> {
      throw broken;
    });
    assertSame(broken, assertThrows(IllegalStateException.class, closing::close));
    assertEquals(List.of("first"), said);
  }

  @Test
  void shouldCloseEarlierPartsWhenALaterOneDoesNotOpen() {
    RuntimeException refused = new IllegalStateException("refused");
    RuntimeException broken = new IllegalStateException("broken");
    RuntimeException thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                Closing.whole(closing -> {
                  closing.add("first", said::add);
                  closing.add(() -> {
                    throw broken;
                  });
                  closing.add("third", said::add);
                  throw refused;
                }));
    assertSame(refused, thrown);
    assertArrayEquals(new Throwable[] {broken}, thrown.getSuppressed());
    assertEquals(List.of("third", "first"), said);
  }

  @Test
  void shouldLeaveAWholeOpen() {
    assertEquals(
        1,
        Closing.whole(
                closing -> {
                  closing.add("first", said::add);
                  return closing;
                })
            .size());
    assertEquals(List.of(), said);
  }
}
