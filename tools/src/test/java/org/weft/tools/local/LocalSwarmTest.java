package org.weft.tools.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.shard.model.Span;
import org.weft.tools.user.UserException;

class LocalSwarmTest {
  @Test
  void shouldCoverEveryBlockOnceWhenSplit() {
    for (int blocks = 1; blocks <= 40; blocks++) {
      for (int hops = 1; hops <= blocks; hops++) {
        List<Span> spans = LocalSwarm.split(blocks, hops);
        assertEquals(hops, spans.size());
        int next = 0;
        for (Span span : spans) {
          assertEquals(next, span.start());
          next = span.end();
        }
        assertEquals(blocks, next);
      }
    }
  }

  @Test
  void shouldSayHowManyHopsThereCanBeWhenThereAreTooMany() {
    UserException refused = assertThrows(UserException.class, () -> LocalSwarm.split(8, 9));
    assertEquals(
        "a model of 8 blocks cannot be cut into 9 spans: choose 1 to 8 hops", refused.getMessage());
  }
}
