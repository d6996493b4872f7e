package org.weft.node.generation;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.weft.node.session.HiddenSource;

/**
 * The tokens of one generation, and their embeddings whenever a session needs them, perhaps again.
 * Tokens are added by the generating thread before the step that reads them.
 */
final class TokenRows implements HiddenSource {
  private final LanguageModel model;
  private volatile int[] tokens;
  private int count;

  TokenRows(LanguageModel model, int[] prompt, int room) {
    this.model = model;
    this.tokens = Arrays.copyOf(prompt, Math.max(prompt.length, room));
    this.count = prompt.length;
  }

  void add(int token) {
    int[] now = tokens;
    if (count == now.length) {
      now = Arrays.copyOf(now, Math.min(model.positions(), 2 * count));
    }
    now[count++] = token;
    tokens = now; // published to the session's threads
  }

  int count() {
    return count;
  }

  @Override
  public void read(int position, int rows, MemorySegment into) {
    model.ends().embed(tokens, position, rows, into);
  }
}
