package org.weft.tools.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.weft.node.generation.Cancellation;
import org.weft.node.generation.ChatMessage;
import org.weft.tools.user.UserException;

class ConversationTest {
  private final StringWriter said = new StringWriter();
  private final List<List<ChatMessage>> asked = new ArrayList<>();
  private Runnable meanwhile = () -> {};
  private String answer = "Yes.";

  private final Answerer answerer =
      new Answerer() {
        @Override
        public String model() {
          return "fake";
        }

        @Override
        public void answer(
            List<ChatMessage> conversation, Consumer<String> text, Cancellation cancellation) {
          asked.add(conversation);
          for (String word : answer.splitWithDelimiters(" ", 0)) {
            if (cancellation.cancelled()) {
              return;
            }
            text.accept(word);
            meanwhile.run();
          }
        }

        @Override
        public void close() {}
      };

  private Conversation conversation(String system) {
    return new Conversation(answerer, new PrintWriter(said), system);
  }

  private static List<String> roles(List<ChatMessage> messages) {
    return messages.stream().map(ChatMessage::role).toList();
  }

  @Test
  void shouldSendTheWholeConversationWhenItGoesOn() {
    Conversation conversation = conversation("Be brief.");
    conversation.take("One?");
    conversation.take("Two?");
    assertEquals(List.of("system", "user", "assistant", "user"), roles(asked.get(1)));
    assertEquals("Yes.", asked.get(1).get(2).content());
  }

  @Test
  void shouldStopTheAnswerAndGoOnWhenInterrupted() {
    Conversation conversation = conversation("");
    answer = "a very long answer";
    meanwhile = conversation::interrupt;
    assertEquals(Conversation.Next.GO_ON, conversation.take("Tell me."));
    assertTrue(said.toString().contains("[stopped]"), said.toString());
    assertFalse(said.toString().contains("long"), said.toString());
    meanwhile = () -> {};
    conversation.take("Again?");
    assertEquals(List.of("user", "assistant", "user"), roles(asked.get(1)));
  }

  @Test
  void shouldForgetTheMessageWhenTheAnswerFails() {
    Answerer failing =
        new Answerer() {
          @Override
          public String model() {
            return "failing";
          }

          @Override
          public void answer(
              List<ChatMessage> messages, Consumer<String> text, Cancellation cancellation) {
            asked.add(messages);
            throw new UserException("no gateway answers");
          }

          @Override
          public void close() {}
        };
    Conversation conversation = new Conversation(failing, new PrintWriter(said), "");
    conversation.take("One?");
    conversation.take("Two?");
    assertTrue(said.toString().contains("weft: no gateway answers"), said.toString());
    assertEquals(1, asked.get(1).size());
  }

  @Test
  void shouldBeginAgainWhenAskedTo() {
    Conversation conversation = conversation("");
    conversation.take("One?");
    conversation.take("/new");
    conversation.take("Two?");
    assertEquals(List.of("user"), roles(asked.get(1)));
  }

  @Test
  void shouldAnswerTheSameMessageWhenRetried() {
    Conversation conversation = conversation("");
    conversation.take("One?");
    conversation.take("/retry");
    assertEquals(asked.get(0), asked.get(1));
  }

  @Test
  void shouldTakeCommandsForWhatTheyAre() {
    Conversation conversation = conversation("");
    assertEquals(Conversation.Next.GO_ON, conversation.take("/help"));
    assertTrue(said.toString().contains("/retry"));
    conversation.take("/frobnicate");
    assertTrue(said.toString().contains("there is no command /frobnicate"));
    assertEquals(Conversation.Next.LEAVE, conversation.take("/quit"));
    assertTrue(asked.isEmpty());
  }
}
