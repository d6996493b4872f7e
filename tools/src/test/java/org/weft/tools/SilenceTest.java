package org.weft.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SilenceTest {
  private final Logger root = Logger.getLogger("");
  private final Logger ours = Logger.getLogger("org.weft");
  private final List<Handler> before = List.of(root.getHandlers());
  private final PrintStream err = System.err;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @BeforeEach
  void listen() {
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    Silence.libraries();
  }

  @AfterEach
  void putBack() {
    System.setErr(err);
    List.of(ours.getHandlers()).forEach(ours::removeHandler);
    before.forEach(root::addHandler);
  }

  @Test
  void shouldSayWhereWeftFailedWhenNobodyElseHearsOfIt() {
    System.getLogger("org.weft.node.gateway.Requests")
        .log(System.Logger.Level.ERROR, "a request failed", new IllegalStateException("a cause"));
    String text = said.toString(StandardCharsets.UTF_8);
    assertTrue(text.contains("a request failed") && text.contains("a cause"), text);
  }

  @Test
  void shouldSayNothingOfLibrariesAndOfWhatPeersHearThemselves() {
    System.getLogger("io.netty.channel").log(System.Logger.Level.ERROR, "a library's");
    System.getLogger("org.weft.node").log(System.Logger.Level.DEBUG, "ours");
    assertEquals("", said.toString(StandardCharsets.UTF_8));
  }
}
