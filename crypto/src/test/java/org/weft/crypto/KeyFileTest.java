package org.weft.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir Path directory;

  @Test
  void shouldFindTheSameKeyAgain() {
    Path file = directory.resolve("deep/er/node.key");
    NodeKey made = NodeKey.loadOrCreate(file, RANDOM);
    assertEquals(made.id(), NodeKey.loadOrCreate(file, RANDOM).id());
    assertEquals(made.id(), NodeKey.load(file).id());
  }

  @Test
  void shouldKeepOthersOutWhenCreated() throws IOException {
    Path file = directory.resolve("home/node.key");
    NodeKey.loadOrCreate(file, RANDOM);
    assertEquals("rw-------", permissions(file));
    assertEquals("rwx------", permissions(directory.resolve("home")));
    assertEquals(List.of("node.key"), names(directory.resolve("home")));
  }

  @Test
  void shouldWriteTheFormThatOpensslReads() throws IOException {
    Path file = directory.resolve("node.key");
    NodeKey.loadOrCreate(file, RANDOM);
    List<String> lines = Files.readAllLines(file);
    assertEquals("-----BEGIN PRIVATE KEY-----", lines.get(0));
    assertEquals("-----END PRIVATE KEY-----", lines.get(2));
    assertTrue(lines.get(1).startsWith("MC4CAQAwBQYDK2VwBCIEI"));
  }

  /** RFC 8410 §10.3, its first private key, whose public key §10.1 gives. */
  @Test
  void shouldReadThePublishedKey() throws IOException {
    Path file =
        write(
            "-----BEGIN PRIVATE KEY-----\n"
                + "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
                + "-----END PRIVATE KEY-----\n");
    assertEquals(
        "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1",
        HexFormat.of().formatHex(NodeKey.load(file).id().bytes()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwx-----x", "rw-rw-rw-"})
  void shouldRefuseWhenOthersMayTouchTheFile(String permissions) throws IOException {
    Path file = directory.resolve("node.key");
    NodeKey.loadOrCreate(file, RANDOM);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    assertRefused(CryptoError.KEY_FILE, file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    NodeKey.load(file);
  }

  @Test
  void shouldRefuseWhenFileIsTruncatedAnywhere() throws IOException {
    Path file = directory.resolve("node.key");
    NodeKey.loadOrCreate(file, RANDOM);
    String whole = Files.readString(file);
    for (int length = 0; length < whole.length() - 1; length++) {
      Files.writeString(file, whole.substring(0, length));
      assertRefused(CryptoError.KEY_FILE, file);
      assertEquals(length, Files.size(file), "a damaged key must not be written over");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "not a key",
        "-----BEGIN PRIVATE KEY-----\n\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n"
            + "MC4CAQAwBQYDK2VuBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
            + "-----END PRIVATE KEY-----\n",
      })
  void shouldRefuseWhenFileIsNotAnEd25519Key(String text) throws IOException {
    assertRefused(CryptoError.KEY_FILE, write(text));
  }

  @Test
  void shouldRefuseWhenFileIsHuge() throws IOException {
    assertRefused(CryptoError.KEY_FILE, write("x".repeat(1 << 20)));
  }

  @Test
  void shouldRefuseWhenPathIsADirectory() throws IOException {
    Path file = Files.createDirectory(directory.resolve("node.key"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    assertRefused(CryptoError.KEY_FILE, file);
  }

  @Test
  void shouldRefuseWhenParentIsAFile() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "").resolve("node.key");
    assertRefused(CryptoError.STORAGE, file);
  }

  @Test
  void shouldRefuseWhenFileIsUnreadable() throws IOException {
    Path file = directory.resolve("node.key");
    NodeKey.loadOrCreate(file, RANDOM);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    Assumptions.assumeFalse(
        Files.isReadable(file), "skipped: the superuser, who runs this test, reads every file");
    assertRefused(CryptoError.KEY_FILE, file);
  }

  @Test
  void shouldRefuseWhenLinkDangles() throws IOException {
    Path file = directory.resolve("node.key");
    Files.createSymbolicLink(file, directory.resolve("nowhere"));
    assertRefused(CryptoError.KEY_FILE, file);
    assertFalse(Files.exists(directory.resolve("nowhere")));
  }

  @Test
  void shouldSayWhereWhenThereIsNoFile() {
    CryptoException e =
        assertThrows(CryptoException.class, () -> NodeKey.load(directory.resolve("absent")));
    assertEquals(CryptoError.KEY_FILE, e.error());
    assertTrue(e.getMessage().contains(directory.resolve("absent").toString()));
  }

  @Test
  void shouldEndWithOneKeyWhenManyCreateAtOnce() throws Exception {
    int creators = 16;
    for (int round = 0; round < 10; round++) {
      Path file = directory.resolve("round" + round).resolve("node.key");
      CyclicBarrier start = new CyclicBarrier(creators);
      Set<NodeId> ids = new HashSet<>();
      try (var threads = Executors.newFixedThreadPool(creators)) {
        List<Future<NodeId>> made = new ArrayList<>();
        for (int i = 0; i < creators; i++) {
          made.add(
              threads.submit(() -> {
                start.await(10, TimeUnit.SECONDS);
                return NodeKey.loadOrCreate(file, RANDOM).id();
              }));
        }
        for (Future<NodeId> id : made) {
          ids.add(id.get(10, TimeUnit.SECONDS));
        }
      }
      assertEquals(Set.of(NodeKey.load(file).id()), ids);
      assertEquals(List.of("node.key"), names(directoryOf(file)));
    }
  }

  /** A process that may write no byte to any file stands in for a full disk. */
  @Test
  void shouldLeaveNothingBehindWhenTheDiskIsFull() throws Exception {
    Path file = directory.resolve("full").resolve("node.key");
    Process process =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                "ulimit -f 0 && exec \"$0\" \"$@\"",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                CreateKey.class.getName(),
                file.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    assertTrue(output.startsWith("STORAGE The key file " + file + " cannot be written: "), output);
    assertEquals(1, output.lines().count(), output);
    assertEquals(List.of(), names(directoryOf(file)));
  }

  /** Run in a process of its own by the test above. */
  static final class CreateKey {
    public static void main(String[] arguments) {
      try {
        NodeKey.loadOrCreate(Path.of(arguments[0]), RANDOM);
        System.out.println("written");
      } catch (CryptoException e) {
        System.out.println(e.error() + " " + e.getMessage());
      }
    }
  }

  private void assertRefused(CryptoError error, Path file) {
    CryptoException e =
        assertThrows(CryptoException.class, () -> NodeKey.loadOrCreate(file, RANDOM));
    assertEquals(error, e.error(), e.getMessage());
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    assertFalse(e.getMessage().contains("\n"), e.getMessage());
  }

  private Path write(String text) throws IOException {
    Path file =
        Files.createFile(
            directory.resolve("node.key"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, text);
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private static List<String> names(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static Path directoryOf(Path file) {
    return Objects.requireNonNull(file.getParent());
  }
}
