package org.weft.tools.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the program says, and how it ends, where it cannot do what it was asked to. */
class RefusalProcessTest {
  private static final Pattern TRACE =
      Pattern.compile(
          "^\\s+at [\\w.$/@<>-]+\\(|Caused by:|Exception|\\bError\\b", Pattern.MULTILINE);

  @TempDir private Path folder;

  @Test
  void shouldSaySoWhenThePortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      assertContains(address, refused("demo", "--port", "" + taken.getLocalPort()));
      assertContains(address, refused("serve", "--blocks", "0:1", "--listen", address));
      assertContains(address, refused("gateway", "--local", "--listen", address));
    }
  }

  @Test
  void shouldSaySoWhenTheKeyFileIsNoKey() throws Exception {
    Path garbage = Files.writeString(folder.resolve("garbage.key"), "not a key\n");
    assertTrue(garbage.toFile().setReadable(false, false) && garbage.toFile().setReadable(true));
    assertContains("garbage.key is damaged", refused("serve", "--key", garbage.toString()));
    assertEquals("not a key\n", Files.readString(garbage));
  }

  @Test
  void shouldSaySoWhenTheKeyFileCannotBeRead() throws Exception {
    Path directory = Files.createDirectory(folder.resolve("directory.key"));
    assertContains(
        "directory.key cannot be read: it is a directory",
        refused("keys", "--key", directory.toString()));
  }

  @Test
  void shouldSaySoWhenBlocksAreNotInTheModel() throws Exception {
    assertContains(
        "blocks 5:99 are not among the 8 blocks",
        refused("serve", "--blocks", "5:99", "--listen", "127.0.0.1:0"));
  }

  @Test
  void shouldShowTheWayWhenAGatewayHasNobodyToJoin() throws Exception {
    try (WeftProcess weft = WeftProcess.start(folder, List.of("gateway"))) {
      assertEquals(2, weft.awaitExit(WeftProcess.PATIENCE));
      assertEquals(
          List.of(
              "weft: --join: name a peer of the swarm, or run every block here with --local",
              "Try 'weft gateway --help'."),
          weft.errors());
    }
    assertNothingWritten();
  }

  @Test
  void shouldSaySoAndLeaveNothingWhenTheDiskIsFull() throws Exception {
    for (List<String> command :
        List.of(List.of("keys"), List.of("serve", "--listen", "127.0.0.1:0"), List.of("demo"))) {
      try (WeftProcess weft = WeftProcess.startWithFullDisk(folder, command)) {
        assertContains("cannot", sentence(weft));
        assertFalse(weft.out().contains("node id"), weft.out());
      }
      assertNothingWritten();
    }
  }

  private String refused(String... arguments) throws Exception {
    try (WeftProcess weft = WeftProcess.start(folder, List.of(arguments))) {
      return sentence(weft);
    }
  }

  /** The one sentence of a process that ends with 1. */
  private static String sentence(WeftProcess weft) throws Exception {
    int status = weft.awaitExit(WeftProcess.PATIENCE);
    String all = String.join("\n", weft.errors());
    assertEquals(1, status, all);
    assertFalse(TRACE.matcher(all).find(), all);
    List<String> sentences = weft.errors().stream().filter(l -> l.startsWith("weft: ")).toList();
    assertEquals(1, sentences.size(), all);
    return sentences.getFirst();
  }

  private void assertNothingWritten() throws Exception {
    try (Stream<Path> files = Files.walk(folder)) {
      assertEquals(List.of(), files.filter(Files::isRegularFile).toList());
    }
  }

  private static void assertContains(String part, String sentence) {
    assertTrue(sentence.contains(part), sentence);
  }
}
