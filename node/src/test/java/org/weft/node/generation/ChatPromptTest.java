package org.weft.node.generation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.shard.template.ChatTemplate;

final class ChatPromptTest {
  private static final int BOS = 258;

  private static int[] ids(boolean adds, String template) {
    ChatFormat format = new ChatFormat.Template(ChatTemplate.parse(template, Clock.systemUTC()));
    return ChatPrompt.ids(
        new FakeModel(256, adds, format).model(), List.of(ChatMessage.of("user", "x")));
  }

  @Test
  void shouldBeginWithOneBosAndHaveNoEndWhenTheModelAddsBoth() {
    assertArrayEquals(new int[] {BOS, 'x'}, ids(true, "{{ messages[0].content }}"));
    assertArrayEquals(new int[] {BOS, 'x'}, ids(true, "{{ bos_token }}{{ messages[0].content }}"));
    assertArrayEquals(new int[] {BOS, BOS, 'x'}, ids(true, "<s><s>{{ messages[0].content }}"));
  }

  @Test
  void shouldBeAsTheTemplateWritesItWhenTheModelAddsNothing() {
    assertArrayEquals(new int[] {'x'}, ids(false, "{{ messages[0].content }}"));
    assertArrayEquals(new int[] {BOS, BOS, 'x'}, ids(false, "<s><s>{{ messages[0].content }}"));
  }

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
