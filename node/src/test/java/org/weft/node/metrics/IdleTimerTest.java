package org.weft.node.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

final class IdleTimerTest {
  private final List<Integer> running = new ArrayList<>();
  private int started;

  private final Supplier<Runnable> clock =
      () -> {
        Integer number = ++started;
        running.add(number);
        return () -> running.remove(number);
      };

  @Test
  void shouldRunUntilSomethingIsAsked() {
    IdleTimer timer = new IdleTimer(clock, () -> () -> {});
    assertEquals(List.of(1), running);
    timer.asked();
    assertEquals(List.of(), running);
    timer.answered();
    assertEquals(List.of(2), running);
  }

  @Test
  void shouldStandStillUntilTheLastAnswerWhenRequestsOverlap() {
    IdleTimer timer = new IdleTimer(clock, () -> () -> {});
    timer.asked();
    timer.asked(); // which came before the end of the first answer was told
    timer.answered();
    assertEquals(List.of(), running);
    timer.asked();
    timer.answered();
    assertEquals(List.of(), running);
    timer.answered();
    assertEquals(List.of(2), running);
  }

  @Test
  void shouldNotStartAgainWhenTheConnectionIsGone() {
    IdleTimer idle = new IdleTimer(clock, () -> () -> {});
    idle.close();
    assertEquals(List.of(), running);
    IdleTimer busy = new IdleTimer(clock, () -> () -> {});
    busy.asked();
    busy.close();
    busy.answered();
    assertEquals(List.of(), running);
  }

  @Test
  void shouldRunFromTheFirstRequestToTheLastAnswerWhereAnswersHaveALimit() {
    IdleTimer timer = new IdleTimer(() -> () -> {}, clock);
    timer.asked();
    timer.asked();
    timer.answered();
    assertEquals(List.of(1), running);
    timer.answered();
    assertEquals(List.of(), running);
    timer.asked();
    timer.close();
    assertEquals(List.of(), running);
  }
}
