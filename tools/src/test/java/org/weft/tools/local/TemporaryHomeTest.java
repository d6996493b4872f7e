package org.weft.tools.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.tools.user.UserException;

class TemporaryHomeTest {
  private static final int PATIENCE_SECONDS = 60;

  @TempDir private Path parent;

  /** Another process, which owns a home until it is killed. */
  static final class Owner {
    private Owner() {}

    public static void main(String[] args) throws Exception {
      TemporaryHome home = TemporaryHome.make(Path.of(args[0]));
      Files.writeString(
          Files.createDirectories(home.path().resolve("node-1")).resolve("node.key"), "a key");
      System.out.println(home.path());
      int unused = System.in.read();
    }
  }

  @Test
  void shouldDeleteTheHomeOfAKilledProcessAndNoOther() throws Exception {
    Process owner =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Owner.class.getName(),
                parent.toString())
            .redirectError(new File("/dev/null"))
            .start();
    try (BufferedReader said = owner.inputReader(StandardCharsets.UTF_8)) {
      Path theirs = Path.of(said.readLine());
      try (TemporaryHome mine = TemporaryHome.make(parent)) {
        assertTrue(Files.exists(theirs.resolve("node-1/node.key")), "its owner lives");

        owner.destroyForcibly();
        assertTrue(owner.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
        try (TemporaryHome second = TemporaryHome.make(parent)) {
          assertFalse(Files.exists(theirs), "its owner is dead");
          assertTrue(Files.isDirectory(mine.path()));
          assertTrue(Files.isDirectory(second.path()));
        }
        assertTrue(Files.isDirectory(mine.path()));
      }
    } finally {
      owner.destroyForcibly();
    }
    assertEquals(0, parent.toFile().list().length);
  }

  @Test
  void shouldLeaveWhatIsBeingMadeAndWhatIsNoFolder() throws Exception {
    Path made = Files.createDirectory(parent.resolve("weft-demo-1-made"));
    Files.writeString(made.resolve("lock.new"), "");
    Path target = Files.createDirectory(parent.resolve("target"));
    Files.writeString(target.resolve("lock"), "");
    Path link = Files.createSymbolicLink(parent.resolve("weft-demo-1-link"), target);
    Path file = Files.writeString(parent.resolve("weft-demo-1-file"), "");
    Path linkedLock = Files.createDirectory(parent.resolve("weft-demo-1-linked"));
    Files.createSymbolicLink(linkedLock.resolve("lock"), target.resolve("lock"));

    TemporaryHome.make(parent).close();

    for (Path left : new Path[] {made, target.resolve("lock"), link, file, linkedLock}) {
      assertTrue(Files.exists(left), left::toString);
    }
  }

  @Test
  void shouldDeleteNothingBehindALinkInADeadHome() throws Exception {
    Path target = Files.createDirectory(parent.resolve("target"));
    Path kept = Files.writeString(target.resolve("kept"), "");
    Path dead = Files.createDirectory(parent.resolve("weft-demo-1-dead"));
    Files.writeString(dead.resolve("lock"), "");
    Files.createSymbolicLink(dead.resolve("node-1"), target);

    TemporaryHome.make(parent).close();

    assertFalse(Files.exists(dead));
    assertTrue(Files.exists(kept));
  }

  @Test
  void shouldSaySoWhenThereIsNoTemporaryDirectory() {
    Path missing = parent.resolve("missing");
    UserException refused =
        assertThrows(UserException.class, () -> TemporaryHome.make(missing).close());
    String sentence = String.valueOf(refused.getMessage());
    assertTrue(sentence.contains(missing.toString()), sentence);
  }
}
