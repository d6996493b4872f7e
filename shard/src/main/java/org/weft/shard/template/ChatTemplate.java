package org.weft.shard.template;

import java.time.Clock;
import java.util.Map;

/** A Hugging Face chat template. Immutable; any thread. */
public final class ChatTemplate {
  /** Refuses with TEMPLATE, naming the line. */
  public static ChatTemplate parse(String source, Clock clock) {
    throw new UnsupportedOperationException("skeleton");
  }

  /** Context values: String, Long, Double, Boolean, null, List, Map (ordered), nested. */
  public String render(Map<String, ? extends Object> context) {
    throw new UnsupportedOperationException("skeleton");
  }

  private ChatTemplate() {}
}
