package org.weft.node.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.node.NodeError;
import org.weft.node.NodeException;

final class ChatPromptTest {
  @Test
  void shouldSayWhyWhenTheModelTakesNoConversations() {
    refused(new ChatFormat.None(), "the model 'fake' has no chat template");
    refused(new ChatFormat.Unreadable("The chat template is odd."), "The chat template is odd.");
  }

  private static void refused(ChatFormat format, String says) {
    LanguageModel model = new FakeModel(256, false, format).model();
    NodeException refused =
        assertThrows(
            NodeException.class, () -> ChatPrompt.ids(model, List.of(ChatMessage.of("user", "x"))));
    assertEquals(NodeError.UNSUPPORTED, refused.error());
    assertTrue(String.valueOf(refused.getMessage()).startsWith(says), refused.getMessage());
  }
}
