package org.weft.tools.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.tools.chat.FakeGateway;

/** {@code weft chat}, at a terminal and in a pipe. */
class ChatProcessTest {
  private static final String BACKSPACE = "\u007f";
  private static final String CTRL_C = "\u0003";
  private static final String CTRL_D = "\u0004";
  private static final String CTRL_P = "\u0010";
  private static final String PROMPT = "> ";

  @TempDir private Path folder;
  private FakeGateway gateway;

  @BeforeEach
  void start() throws Exception {
    gateway = new FakeGateway();
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void shouldEditLinesStopAnswersAndLeaveWhenAtATerminal() throws Exception {
    boolean possible = TerminalProcess.possible();
    if (!possible) {
      System.err.println(
          "SKIPPED: weft chat was NOT tried at a terminal, which takes a python3 with its pty module");
    }
    assumeTrue(possible, "no python3 with its pty module");
    try (TerminalProcess terminal =
        TerminalProcess.start(folder, List.of("chat", "--gateway", gateway.url()))) {
      terminal.await("Talking to fake");
      terminal.await(PROMPT);
      terminal.type("/hexx" + BACKSPACE + BACKSPACE + "lp\r");
      terminal.await("answer the last message once more");
      gateway.says("Because.").says("As I said.");
      terminal.await(PROMPT);
      terminal.type("Why?\r");
      terminal.await("Because.");
      terminal.await(PROMPT);
      terminal.type(CTRL_P + "\r");
      terminal.await("As I said.");
      assertEquals(List.of("Why?", "Why?"), gateway.questions());

      terminal.await(PROMPT);
      gateway.stopsAfter("").stopsAfter(FakeGateway.piece("It beg"));
      terminal.type("How?\r");
      gateway.awaitHeld();
      terminal.type(CTRL_C);
      terminal.await("[stopped]");
      terminal.await(PROMPT);
      terminal.type("And how?\r");
      terminal.await("It beg");
      terminal.type(CTRL_C);
      terminal.await("[stopped]");
      terminal.await(PROMPT);
      terminal.type(CTRL_C);
      terminal.await("(Ctrl-D or /quit leaves)");
      terminal.await(PROMPT);
      terminal.type(CTRL_D);
      assertEquals(0, terminal.awaitExit());
    }
    String history = Files.readString(folder.resolve("home").resolve("chat_history"));
    assertTrue(history.contains("And how?"), history);
  }

  @Test
  void shouldComplainOnStandardErrorAndFailWhenAnAnswerInAPipeFails() throws Exception {
    gateway.says("Because.").streams(FakeGateway.piece("No mo"));
    Path lines = Files.writeString(folder.resolve("lines"), "Why?\nAnd why?\n");
    try (WeftProcess weft =
        WeftProcess.startReading(folder, lines, List.of("chat", "--gateway", gateway.url()))) {
      assertEquals(1, weft.awaitExit(WeftProcess.PATIENCE));
      assertEquals("Because.\nNo mo\n", weft.out());
      assertEquals(
          List.of("weft: the answer of the gateway at " + gateway.url() + " broke off"),
          weft.errors());
    }
  }

  @Test
  void shouldEndWellWhenEveryAnswerInAPipeIsWhole() throws Exception {
    gateway.says("Because.");
    Path lines = Files.writeString(folder.resolve("lines"), "Why?\n/quit\nAnd why?\n");
    try (WeftProcess weft =
        WeftProcess.startReading(folder, lines, List.of("chat", "--gateway", gateway.url()))) {
      assertEquals(0, weft.awaitExit(WeftProcess.PATIENCE));
      assertEquals("Because.\n", weft.out());
      assertEquals(List.of(), weft.errors());
    }
  }
}
