package org.weft.tools.chat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.Signals;
import org.weft.tools.local.WeftHome;
import org.weft.tools.user.UserException;

/**
 * Runs a conversation over a terminal with line editing and history, or over plain standard input
 * where there is none.
 */
public final class Terminal {
  private static final String PROMPT = "> ";

  /** Makes the conversation once it is known where it is heard. */
  @FunctionalInterface
  public interface ConversationMaker {
    Conversation on(PrintWriter out, PrintWriter err);
  }

  private Terminal() {}

  /** False where nobody was there to see that an answer failed. */
  public static boolean converse(WeftHome home, String greeting, ConversationMaker maker) {
    if (System.console() == null) {
      return plain(maker);
    }
    try (org.jline.terminal.Terminal terminal = TerminalBuilder.builder().system(true).build()) {
      edited(terminal, home, greeting, maker);
      return true;
    } catch (IOException failed) {
      throw new UserException("the terminal cannot be used", failed);
    }
  }

  private static void edited(
      org.jline.terminal.Terminal terminal,
      WeftHome home,
      String greeting,
      ConversationMaker maker) {
    DefaultParser parser = new DefaultParser();
    parser.setEofOnEscapedNewLine(true);
    parser.setEscapeChars(new char[] {'\\'});
    parser.setQuoteChars(new char[0]);
    LineReaderBuilder builder =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .parser(parser)
            .appName("weft")
            .variable(LineReader.SECONDARY_PROMPT_PATTERN, "  ")
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true);
    try {
      builder.variable(LineReader.HISTORY_FILE, home.created().chatHistory());
    } catch (UserException unwritable) {
      terminal.writer().println("(lines will not be remembered: " + unwritable.getMessage() + ")");
    }
    LineReader reader = builder.build();
    Conversation conversation = maker.on(terminal.writer(), terminal.writer());
    terminal.writer().println(greeting);
    // While an answer streams the terminal is not being read, and Ctrl-C arrives as a signal.
    terminal.handle(org.jline.terminal.Terminal.Signal.INT, signal -> conversation.interrupt());
    if (terminal.getType().startsWith(org.jline.terminal.Terminal.TYPE_DUMB)) {
      // Such a terminal hears of no signal by itself.
      var unused =
          Signals.register("INT", () -> terminal.raise(org.jline.terminal.Terminal.Signal.INT));
    }
    Conversation.Next next = Conversation.Next.GO_ON;
    while (next == Conversation.Next.GO_ON) {
      try {
        String line = reader.readLine(PROMPT).replace("\\\n", "\n");
        next = conversation.take(line);
      } catch (UserInterruptException interrupted) {
        terminal.writer().println("(Ctrl-D or /quit leaves)");
      } catch (EndOfFileException left) {
        next = Conversation.Next.LEAVE;
      }
    }
  }

  private static boolean plain(ConversationMaker maker) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    Conversation conversation = maker.on(out, err);
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (conversation.take(line) == Conversation.Next.LEAVE) {
          break;
        }
      }
      return !conversation.failed();
    } catch (IOException failed) {
      throw new UserException("standard input cannot be read", failed);
    }
  }
}
