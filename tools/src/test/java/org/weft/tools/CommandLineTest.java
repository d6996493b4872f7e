package org.weft.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandLineTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    CommandLine weft =
        Weft.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return weft.execute(args);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo",
        "serve",
        "gateway",
        "generate",
        "chat",
        "score",
        "tokenize",
        "template",
        "status",
        "inspect",
        "bench",
        "keys"
      })
  void shouldShowUsageAndExamplesWhenAskedForHelp(String command) {
    assertEquals(Weft.OK, run(command, "--help"));
    assertTrue(out.toString().contains("Usage: weft " + command), out.toString());
    assertTrue(out.toString().contains("Examples:"), out.toString());
  }

  @Test
  void shouldNameTheProgramWhenAskedForItsVersion() {
    assertEquals(Weft.OK, run("--version"));
    assertTrue(out.toString().startsWith("weft "), out.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "frobnicate",
        "generate",
        "generate --no-such-flag x",
        "generate --max-tokens -3 hi",
        "generate --max-tokens 0 hi",
        "generate --temperature warm hi",
        "generate --temperature -1 hi",
        "generate --top-p 0 hi",
        "generate --threads 0 hi",
        "score --model",
        "score --hops -1",
        "score --chunk 0",
        "serve --blocks ten",
        "serve --blocks 5:5",
        "serve --join host:1",
        "demo --port 99999",
        "demo --hops -1",
        "gateway",
        "template",
        "chat --gateway x --model y"
      })
  void shouldEndWithTwoWhenUsageIsWrong(String line) {
    assertEquals(Weft.USAGE, run(line.split(" ")), line);
    assertTrue(err.toString().startsWith("weft: "), err.toString());
    assertEquals("", out.toString());
  }

  @Test
  void shouldSayOneSentenceWhenAFileIsMissing(@TempDir Path folder) {
    Path missing = folder.resolve("none.gguf");
    assertEquals(Weft.FAILED, run("inspect", missing.toString()));
    assertTrue(
        err.toString().startsWith("weft: ") && err.toString().contains("none.gguf"),
        err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
  }

  @Test
  void shouldSayOneSentenceWhenNoGatewayAnswers() {
    // Port 1 is reserved, and nothing listens there.
    assertEquals(Weft.FAILED, run("status", "--gateway", "http://127.0.0.1:1"));
    assertEquals(
        "weft: no gateway answers at http://127.0.0.1:1: is one running?", err.toString().strip());
  }
}
