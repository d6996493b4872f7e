package org.weft.tools.chat;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.generation.ChatMessage;
import org.weft.node.session.Cancellation;
import org.weft.shard.ShardException;
import org.weft.tools.user.UserException;

/**
 * What was said so far, and the commands that a person types between. One thread's, but for {@link
 * #interrupt}.
 */
public final class Conversation {
  private static final String HELP =
      """
      /help            these lines
      /new             begin again
      /system TEXT     set the system message, and begin again
      /retry           answer the last message once more
      /history         show the conversation
      /quit            leave (Ctrl-D does, too)
      Ctrl-C stops an answer. A line that ends in \\ goes on in the next one.
      """;

  /** What is to happen after a line. */
  public enum Next {
    GO_ON,
    LEAVE
  }

  private final Answerer answerer;
  private final PrintWriter out;
  private final PrintWriter err;
  private final List<ChatMessage> messages = new ArrayList<>();
  private String system;
  private boolean failed;
  private volatile Cancellation answering = new Cancellation();

  /**
   * Begins with nothing said.
   *
   * @param err hears what went wrong
   */
  public Conversation(Answerer answerer, PrintWriter out, PrintWriter err, String system) {
    this.answerer = answerer;
    this.out = out;
    this.err = err;
    this.system = system;
    begin();
  }

  /** True once an answer has failed. */
  boolean failed() {
    return failed;
  }

  private void begin() {
    messages.clear();
    if (!system.isBlank()) {
      messages.add(ChatMessage.of("system", system));
    }
  }

  /**
   * Takes a line: a command or a message. Failures of an answer are told, and the conversation goes
   * on.
   */
  public Next take(String line) {
    String text = line.strip();
    if (text.isEmpty()) {
      return Next.GO_ON;
    }
    if (text.startsWith("/")) {
      return command(text);
    }
    messages.add(ChatMessage.of("user", text));
    answer();
    return Next.GO_ON;
  }

  /** Stops the answer that is being given, if there is one. Any thread. */
  public void interrupt() {
    answering.cancel();
  }

  private Next command(String text) {
    String[] words = text.split("\\s+", 2);
    switch (words[0].toLowerCase(Locale.ROOT)) {
      case "/help", "/?" -> out.print(HELP);
      case "/new", "/clear", "/reset" -> {
        begin();
        out.println("(a new conversation)");
      }
      case "/system" -> {
        system = words.length > 1 ? words[1] : "";
        begin();
        out.println(
            system.isEmpty()
                ? "(no system message; a new conversation)"
                : "(system message set; a new conversation)");
      }
      case "/retry" -> retry();
      case "/history" ->
          messages.forEach(message -> out.println(message.role() + ": " + message.content()));
      case "/quit", "/exit", "/bye", "/q" -> {
        return Next.LEAVE;
      }
      default ->
          err.println("there is no command " + words[0] + ": /help shows those that there are");
    }
    err.flush();
    out.flush();
    return Next.GO_ON;
  }

  private void retry() {
    while (!messages.isEmpty() && messages.getLast().role().equals("assistant")) {
      messages.removeLast();
    }
    if (messages.isEmpty() || !messages.getLast().role().equals("user")) {
      out.println("(nothing to answer yet)");
      return;
    }
    answer();
  }

  private void answer() {
    Cancellation cancellation = new Cancellation();
    answering = cancellation;
    StringBuilder said = new StringBuilder();
    Answerer.Ending ending = Answerer.Ending.WHOLE;
    try {
      ending =
          answerer.answer(
              List.copyOf(messages),
              text -> {
                said.append(text);
                out.print(text);
                out.flush();
              },
              cancellation);
    } catch (UserException | NodeException | ShardException failure) {
      if (!cancellation.cancelled()) {
        tell(failure);
        forgetUnanswered(said);
        return;
      }
    }
    out.println(
        switch (ending) {
          case WHOLE -> cancellation.cancelled() ? " [stopped]" : "";
          case CUT_SHORT ->
              " [cut short by --max-tokens or the end of the context; /new begins again]";
        });
    out.flush();
    if (said.isEmpty()) {
      forgetUnanswered(said);
    } else {
      messages.add(ChatMessage.of("assistant", said.toString()));
    }
  }

  private void tell(RuntimeException failure) {
    failed = true;
    out.println();
    out.flush();
    err.println("weft: " + failure.getMessage());
    if (outgrown(failure)) {
      err.println("(/new begins again, with nothing to remember)");
    }
    err.flush();
  }

  /** A gateway says so in words alone. */
  private static boolean outgrown(RuntimeException failed) {
    return failed instanceof NodeException node
        ? node.error() == NodeError.TOO_LONG
        : String.valueOf(failed.getMessage()).contains("model's context");
  }

  /** A message that got no answer must not stand twice before the next one. */
  private void forgetUnanswered(StringBuilder said) {
    if (said.isEmpty() && !messages.isEmpty() && messages.getLast().role().equals("user")) {
      messages.removeLast();
    } else if (!said.isEmpty()) {
      messages.add(ChatMessage.of("assistant", said.toString()));
    }
  }
}
