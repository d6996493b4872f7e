package org.weft.tools.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {
  @Test
  void shouldTakeTheMiddleWhenThereIsOne() {
    assertEquals(new Figures(2, 1, 9), Figures.of(List.of(9.0, 1.0, 2.0)));
  }

  @Test
  void shouldTakeTheMeanOfTheMiddleTwoWhenThereIsNone() {
    assertEquals(new Figures(2.5, 1, 9), Figures.of(List.of(9.0, 1.0, 2.0, 3.0)));
  }
}
