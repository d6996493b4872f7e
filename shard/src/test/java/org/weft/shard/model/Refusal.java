package org.weft.shard.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/** What people are told when something is refused. */
final class Refusal {
  /** Fails unless {@code what} is refused with that code, in one line that names all of these. */
  static void expect(ShardError error, Executable what, String... names) {
    ShardException refused = assertThrows(ShardException.class, what);
    String sentence = String.valueOf(refused.getMessage());
    assertEquals(error, refused.error(), sentence);
    assertEquals(1, sentence.lines().count(), sentence);
    for (String name : names) {
      assertTrue(sentence.contains(name), sentence);
    }
  }

  private Refusal() {}
}
