package org.weft.tools.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.generation.ChatMessage;
import org.weft.node.generation.ChatPrompt;
import org.weft.node.session.Cancellation;
import org.weft.node.session.HiddenSource;
import org.weft.node.session.InferenceSession;
import org.weft.node.session.SessionFactory;

class EngineTest {
  @Test
  void shouldLoadAModelAndRefuseChatsWhenItsTemplateCannotBeRead(@TempDir Path folder)
      throws IOException {
    Path broken = Files.write(folder.resolve("broken.gguf"), withoutATag());
    try (OpenModel open = OpenModel.open(broken);
        Engine engine =
            Engine.load(
                open,
                "m",
                "f",
                1,
                new NoSessions(new AtomicInteger()),
                Progress.onTerminalOnly())) {
      assertTrue(engine.model().tokenizer().encodePrompt("a text").length > 1);
      NodeException refused =
          assertThrows(
              NodeException.class,
              () -> ChatPrompt.ids(engine.model(), List.of(ChatMessage.of("user", "hello"))));
      assertTrue(refused.error() == NodeError.UNSUPPORTED);
      assertTrue(
          String.valueOf(refused.getMessage()).startsWith("The chat template cannot be read"),
          refused.getMessage());
    }
  }

  @Test
  void shouldRehearseDownToTheSessionAndSayNothingWhenThereIsNone() {
    AtomicInteger asked = new AtomicInteger();
    try (OpenModel open = OpenModel.open(Installation.embeddedModel());
        Engine engine =
            Engine.load(open, "m", "f", 1, new NoSessions(asked), Progress.onTerminalOnly())) {
      HttpRehearsal.run(engine, Duration.ofSeconds(10));
      assertEquals(1, asked.get());
    }
  }

  /** The model that ships, with the first tag of its template made unknown. */
  private static byte[] withoutATag() throws IOException {
    byte[] bytes = Files.readAllBytes(Installation.embeddedModel());
    String header = new String(bytes, 0, 1 << 20, StandardCharsets.ISO_8859_1);
    int tag = header.indexOf("{%", header.indexOf("tokenizer.chat_template"));
    while (!Character.isLetter(header.charAt(tag))) {
      tag++;
    }
    bytes[tag] = 'Q';
    return bytes;
  }

  private record NoSessions(AtomicInteger asked) implements SessionFactory {
    @Override
    public InferenceSession open(int maxLength, HiddenSource source, Cancellation cancellation) {
      asked.incrementAndGet();
      throw new NodeException(NodeError.OVERLOADED, "No session is to be had here.");
    }

    @Override
    public int maxLength() {
      return 16;
    }

    @Override
    public void close() {}
  }
}
