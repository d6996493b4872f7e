package org.weft.node.generation;

import java.util.Optional;

/** One message of a conversation, as a chat template sees it. */
public record ChatMessage(String role, String content, Optional<String> name) {
  public static ChatMessage of(String role, String content) {
    return new ChatMessage(role, content, Optional.empty());
  }
}
