package org.weft.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.tools.local.Installation;
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
        "generate --temperature 2.5 hi",
        "generate --top-p 1.5 hi",
        "generate --top-k -1 hi",
        "generate --repetition-penalty 0 hi",
        "generate --repetition-penalty 1e7 hi",
        "generate --threads 0 hi",
        "score --model",
        "score --hops -1",
        "score --chunk 0",
        "serve --blocks ten",
        "serve --blocks 5:5",
        "serve --join host:1",
        "serve --kv-positions 0",
        "serve --advertise 0.0.0.0:7407",
        "serve --listen nowhere",
        "gateway --local --threads 0",
        "gateway --local --cors=",
        "keys --address host",
        "keys --address host:99999",
        "bench --tokens 1",
        "bench --runs 0",
        "bench --threads 0",
        "score --threads 0",
        "demo --threads 0",
        "status --gateway :8080",
        "status --gateway ftp://host",
        "status --gateway http://",
        "status --gateway host:99999",
        "demo --port 99999",
        "demo --hops -1",
        "gateway",
        "template",
        "chat --gateway x --model y"
      })
  void shouldEndWithTwoWhenUsageIsWrong(String line) {
    // Wrong usage is wrong before any file is looked for.
    List<String> words = new ArrayList<>(List.of(line.split(" ")));
    if (Set.of("serve", "bench", "score", "demo").contains(words.getFirst())
        && !words.contains("--model")) {
      words.addAll(List.of("--model", "none.gguf"));
    }
    assertEquals(Weft.USAGE, run(words.toArray(String[]::new)), line);
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
  void shouldMakeNoKeyWhenTheAddressIsWrong(@TempDir Path folder) {
    Path key = folder.resolve("node.key");
    assertEquals(Weft.USAGE, run("keys", "--key", key.toString(), "--address", "host"));
    assertFalse(Files.exists(key));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{ | it ends too early (column 2)",
        "{\"messages\": [} | Unexpected close marker '}': expected ']' (column 15)",
        "{\"a\": 1, \"a\": 2} | Duplicate field 'a' (column 13)"
      })
  void shouldSayWhereJsonIsBroken(String json, String reason, @TempDir Path folder)
      throws Exception {
    Path template = Files.writeString(folder.resolve("template.jinja"), "{{ a }}");
    assertEquals(Weft.FAILED, runWithInput(json, "template", "--template", template.toString()));
    assertEquals("weft: standard input is not JSON: " + reason, err.toString().strip());
  }

  @Test
  void shouldNameTheLineWhenAJsonOfSeveralIsBroken(@TempDir Path folder) throws Exception {
    Path template = Files.writeString(folder.resolve("template.jinja"), "{{ a }}");
    assertEquals(
        Weft.FAILED,
        runWithInput("{\n  \"a\": ]\n}", "template", "--template", template.toString()));
    assertTrue(err.toString().strip().endsWith("(line 2, column 8)"), err.toString());
  }

  @Test
  void shouldRenderAModelsTemplateWhenItsPreTokenizerIsNotSupported(@TempDir Path folder)
      throws Exception {
    byte[] model = Files.readAllBytes(Installation.embeddedModel());
    overwrite(model, "tokenizer.ggml.pre", "gpt-x");
    overwrite(model, "tokenizer.chat_template", "[{{ bos_token }}{{ a }}{{ eos_token }}]");
    String file = Files.write(folder.resolve("x.gguf"), model).toString();
    assertEquals(Weft.OK, runWithInput("{\"a\": 1}", "template", "--model", file));
    assertEquals("[<|endoftext|>1<|im_end|>]", out.toString().strip());
    assertEquals(Weft.FAILED, runWithInput("a\n", "tokenize", "--model", file));
    assertTrue(err.toString().contains("\"gpt-x\""), err.toString());
  }

  /** Puts another value, filled up with spaces, into a model file's string of that key. */
  private static void overwrite(byte[] model, String key, String value) {
    String header = new String(model, 0, 1 << 20, StandardCharsets.ISO_8859_1);
    int length = header.indexOf(key) + key.length() + Integer.BYTES;
    int bytes = ByteBuffer.wrap(model).order(ByteOrder.LITTLE_ENDIAN).getInt(length);
    Arrays.fill(model, length + Long.BYTES, length + Long.BYTES + bytes, (byte) ' ');
    byte[] text = value.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(text, 0, model, length + Long.BYTES, text.length);
  }

  @Test
  void shouldNameTheLineWhenItCannotBeScoredOrDecoded() {
    assertEquals(
        Weft.FAILED,
        runWithInput("{\"text\": \"a\"}\n\n{\"text\": \"\"}\n", "score", "--threads", "1"));
    assertEquals("weft: line 3: the prompt has no tokens", err.toString().strip());
    err.getBuffer().setLength(0);
    assertEquals(Weft.FAILED, runWithInput("[1]\n[99999]\n", "tokenize", "--decode"));
    assertTrue(err.toString().startsWith("weft: line 2: "), err.toString());
  }

  @Test
  void shouldNameTheLineWhenATextIsNoText() {
    for (String command : List.of("tokenize", "score")) {
      err.getBuffer().setLength(0);
      String lines = "{\"text\": \"\\ud83e\\uddf5\"}\n{\"text\": \"a\\ud83e\"}\n";
      assertEquals(Weft.FAILED, runWithInput(lines, command));
      assertEquals(
          "weft: line 2: the text holds half of a surrogate pair, which is no character",
          err.toString().strip());
    }
  }

  @Test
  void shouldTakeAPromptThatBeginsWithAnAtSignForWhatItIs(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("words"), "--no-such-flag");
    assertEquals(Weft.OK, run("generate", "--json", "--max-tokens", "1", "@" + file));
    assertEquals("", err.toString());
  }

  @Test
  void shouldTakeAMarkerForItsTokenWhenThePromptIsRaw() {
    String marker = "<|im_start|>";
    assertEquals(Weft.OK, run("generate", "--raw", "--json", "--max-tokens", "1", marker));
    // BOS and the marker; with the marker spelled out they would be nine.
    assertTrue(out.toString().contains("\"prompt_tokens\" : 2,"), out.toString());
  }

  @Test
  void shouldReadPeersFromAFileWhenJoinNamesOne(@TempDir Path folder) throws Exception {
    Path peers = Files.writeString(folder.resolve("peers"), "\n host:1\n");
    assertEquals(Weft.USAGE, run("gateway", "--join", "@" + peers));
    assertTrue(err.toString().startsWith("weft: --join: " + peers + ": "), err.toString());
    err.getBuffer().setLength(0);
    Files.writeString(peers, "\n");
    assertEquals(Weft.FAILED, run("gateway", "--join", "@" + peers));
    assertEquals("weft: --join: " + peers + " names no peer", err.toString().strip());
    err.getBuffer().setLength(0);
    assertEquals(Weft.FAILED, run("gateway", "--join", "@" + folder.resolve("none")));
    assertTrue(err.toString().startsWith("weft: --join: cannot read the file "), err.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "--version", "bench --help"})
  void shouldSayNoMoreThanASentenceWhenHelpCannotBeWritten(String line) {
    PrintWriter full = StandardOutputTest.writer(StandardOutputTest.failing("No space left"));
    CommandLine weft = Weft.commandLine().setOut(full).setErr(new PrintWriter(err, true));
    assertEquals(Weft.FAILED, weft.execute(line.split(" ")));
    assertEquals(
        "weft: input or output failed: standard output cannot be written: No space left",
        err.toString().strip());
    err.getBuffer().setLength(0);
    PrintWriter unread = StandardOutputTest.writer(StandardOutputTest.failing("Broken pipe"));
    assertEquals(Weft.FAILED, weft.setOut(unread).execute(line.split(" ")));
    assertEquals("", err.toString());
  }

  private int runWithInput(String input, String... args) {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    try {
      return run(args);
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void shouldSayOneSentenceWhenNoGatewayAnswers() {
    // Port 1 is reserved, and nothing listens there.
    assertEquals(Weft.FAILED, run("status", "--gateway", "http://127.0.0.1:1"));
    assertEquals(
        "weft: no gateway answers at http://127.0.0.1:1: is one running?", err.toString().strip());
  }
}
