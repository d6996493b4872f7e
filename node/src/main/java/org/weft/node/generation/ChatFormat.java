package org.weft.node.generation;

import java.time.Clock;
import java.util.Optional;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.Metadata;
import org.weft.shard.template.ChatTemplate;

/**
 * How a model writes conversations, if it can: a model without goes on with plain texts all the
 * same.
 */
public sealed interface ChatFormat {
  /** As this template renders them. */
  record Template(ChatTemplate template) implements ChatFormat {}

  /** The model has no template. */
  record None() implements ChatFormat {}

  /** The model has a template that cannot be read, for the reason in {@code sentence}. */
  record Unreadable(String sentence) implements ChatFormat {}

  /**
   * What the model file says.
   *
   * @param clock what templates tell the time by
   */
  static ChatFormat of(Metadata metadata, Clock clock) {
    try {
      Optional<ChatTemplate> template = ChatTemplate.of(metadata, clock);
      return template.isPresent() ? new Template(template.get()) : new None();
    } catch (ShardException unreadable) {
      return new Unreadable(String.valueOf(unreadable.getMessage()));
    }
  }
}
