package org.weft.tools.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.weft.tools.user.UserException;

class KvBudgetTest {
  private static final long GIB = 1L << 30;

  @Test
  void shouldHoldThirtyTwoContextsWhenMemoryAffordsThem() {
    assertEquals(32 * 64, KvBudget.pages(2048, 1 << 16, 24 * GIB));
  }

  @Test
  void shouldKeepToAQuarterOfMemoryWhenContextsAreLong() {
    assertEquals((int) (GIB / (4 << 20)), KvBudget.pages(131_072, 4 << 20, 4 * GIB));
  }

  @Test
  void shouldHoldAPageWhenMemoryIsTiny() {
    assertEquals(1, KvBudget.pages(2048, 1 << 30, 1 << 20));
  }

  @Test
  void shouldRoundPositionsUpToPages() {
    assertEquals(1, KvBudget.pagesFor(1));
    assertEquals(2, KvBudget.pagesFor(33));
    assertThrows(UserException.class, () -> KvBudget.pagesFor(0));
  }
}
