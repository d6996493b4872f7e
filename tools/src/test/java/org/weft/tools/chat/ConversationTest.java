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
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.generation.ChatMessage;
import org.weft.node.session.Cancellation;
import org.weft.tools.user.UserException;

class ConversationTest {
  private final StringWriter said = new StringWriter();
  private final StringWriter complained = new StringWriter();
  private final List<List<ChatMessage>> asked = new ArrayList<>();
  private Runnable meanwhile = () -> {};
  private String answer = "Yes.";
  private Answerer.Ending ending = Answerer.Ending.WHOLE;

  private final Answerer answerer =
      new Answerer() {
        @Override
        public String model() {
          return "fake";
        }

        @Override
        public Ending answer(
            List<ChatMessage> conversation, Consumer<String> text, Cancellation cancellation) {
          asked.add(conversation);
          for (String word : answer.splitWithDelimiters(" ", 0)) {
            if (cancellation.cancelled()) {
              return Ending.WHOLE;
            }
            text.accept(word);
            meanwhile.run();
          }
          return ending;
        }

        @Override
        public void close() {}
      };

  private Conversation conversation(String system) {
    return conversation(answerer, system);
  }

  private Conversation conversation(Answerer whose, String system) {
    return new Conversation(whose, new PrintWriter(said), new PrintWriter(complained), system);
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
    assertFalse(conversation.failed(), "who stops an answer has what they wanted");
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
          public Ending answer(
              List<ChatMessage> messages, Consumer<String> text, Cancellation cancellation) {
            asked.add(messages);
            throw new UserException("no gateway answers");
          }

          @Override
          public void close() {}
        };
    Conversation conversation = conversation(failing, "");
    assertFalse(conversation.failed());
    conversation.take("One?");
    conversation.take("Two?");
    assertEquals("weft: no gateway answers\n".repeat(2), complained.toString().replace("\r", ""));
    assertEquals("", said.toString().strip(), "no part of an answer");
    assertEquals(1, asked.get(1).size());
    assertTrue(conversation.failed());
  }

  @Test
  void shouldPointAtANewConversationWhenThisOneOutgrowsTheContext() {
    ending = Answerer.Ending.CUT_SHORT;
    Conversation conversation = conversation("");
    conversation.take("One?");
    assertTrue(said.toString().contains("Yes. [cut short"), said.toString());
    assertTrue(said.toString().contains("/new"), said.toString());

    for (RuntimeException refusal :
        List.of(
            new NodeException(NodeError.TOO_LONG, "it does not fit"),
            new UserException("refused: the prompt has 9 tokens, the model's context is 8"))) {
      complained.getBuffer().setLength(0);
      meanwhile =
          () -> {
            throw refusal;
          };
      conversation.take("Two?");
      String complaint = complained.toString();
      assertTrue(complaint.contains("weft: " + refusal.getMessage()), complaint);
      assertTrue(complaint.contains("/new"), complaint);
    }
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
    assertTrue(complained.toString().contains("there is no command /frobnicate"));
    assertFalse(conversation.failed(), "no answer has failed");
    assertEquals(Conversation.Next.LEAVE, conversation.take("/quit"));
    assertTrue(asked.isEmpty());
  }
}
