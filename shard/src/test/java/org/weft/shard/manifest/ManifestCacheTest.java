package org.weft.shard.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.gguf.GgufWriter;
import org.weft.shard.manifest.ManifestCache.Loaded;

class ManifestCacheTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  @TempDir Path folder;
  private Path model;
  private Path entries;
  private int hashed;

  @BeforeEach
  void setUp() throws IOException {
    model = folder.resolve("m.gguf");
    entries = folder.resolve("cache");
    writeModel(1, NOW.minusSeconds(60));
  }

  private void writeModel(float weight, Instant modified) throws IOException {
    new GgufWriter()
        .string("general.architecture", "llama")
        .floats("w", new long[] {1}, weight)
        .write(model);
    Files.setLastModifiedTime(model, FileTime.from(modified));
  }

  private byte[] counted(MemorySegment bytes) {
    hashed++;
    return PlainTree.root(bytes);
  }

  private Loaded load() {
    ManifestCache cache = new ManifestCache(entries, Clock.fixed(NOW, ZoneOffset.UTC));
    try (GgufFile file = GgufFile.open(model)) {
      return cache.load(file, this::counted, (done, total) -> {});
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(entries)) {
      return files.toList();
    }
  }

  @Test
  void shouldNotHashAgainWhenFileIsTheSame() throws IOException {
    Loaded first = load();
    Loaded second = load();
    assertFalse(first.cached());
    assertTrue(second.cached());
    assertEquals(1, hashed);
    assertEquals(first.manifest().id(), second.manifest().id());
    assertEquals(1, files().size());
  }

  @Test
  void shouldHashAgainWhenFileChanged() throws IOException {
    ModelId before = load().manifest().id();
    writeModel(2, NOW.minusSeconds(50));
    assertNotEquals(before, load().manifest().id());
    assertEquals(2, hashed);
  }

  @Test
  void shouldNotRememberWhenFileIsTooYoung() throws IOException {
    writeModel(1, NOW.minus(Duration.ofMillis(500)));
    assertFalse(load().cached());
    assertFalse(load().cached());
    assertFalse(Files.exists(entries));
  }

  @Test
  void shouldComputeAndRewriteWhenEntryIsCorrupt() throws IOException {
    ModelId id = load().manifest().id();
    Path entry = files().getFirst();
    byte[] whole = Files.readAllBytes(entry);
    for (int length = 0; length < whole.length; length++) {
      Files.write(entry, java.util.Arrays.copyOf(whole, length));
      Loaded loaded = load();
      assertFalse(loaded.cached());
      assertEquals(id, loaded.manifest().id());
    }
    byte[] flipped = whole.clone();
    flipped[whole.length / 2] ^= 1;
    Files.write(entry, flipped);
    assertFalse(load().cached());
    assertTrue(load().cached());
    assertEquals(1, files().size());
  }

  @Test
  void shouldIgnoreTheEntryWhenItDescribesAnotherModel() throws IOException {
    load();
    Path entry = files().getFirst();
    byte[] text = "weft-manifest 1\n".getBytes(StandardCharsets.US_ASCII);
    byte[] other = java.util.Arrays.copyOf(Manifest.parse(text).id().bytes(), 32 + text.length);
    System.arraycopy(text, 0, other, 32, text.length);
    Files.write(entry, other);
    assertFalse(load().cached());
    assertEquals(2, hashed);
  }

  @Test
  void shouldGoOnWithoutCacheWhenFolderCannotBeWritten() throws IOException {
    Files.createFile(entries);
    Loaded loaded = load();
    assertFalse(loaded.cached());
    assertTrue(loaded.warning().orElseThrow().contains(entries.toString()));
    assertTrue(loaded.warning().orElseThrow().contains("the next start computes them again"));
  }

  /**
   * A process that may write no byte to any file: its write fails after the temporary was made,
   * where a full disk would fail it. (A full disk itself needs a file system of the test's own.)
   */
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void shouldGoOnWithoutCacheAndLeaveNothingWhenTheWriteFails() throws Exception {
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                "ulimit -f 0 && exec \"$0\" \"$@\"",
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                LoadOnce.class.getName(),
                model.toString(),
                entries.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    List<Path> leftBehind = files();
    String id = load().manifest().id().toString();
    assertTrue(said.contains("loaded " + id + " cached=false"), said);
    assertTrue(said.contains("cannot be kept in " + entries), said);
    assertEquals(List.of(), leftBehind, said);
  }

  /** What that process does. */
  static final class LoadOnce {
    private LoadOnce() {}

    public static void main(String[] args) {
      ManifestCache cache = new ManifestCache(Path.of(args[1]), Clock.fixed(NOW, ZoneOffset.UTC));
      try (GgufFile file = GgufFile.open(Path.of(args[0]))) {
        Loaded loaded = cache.load(file, PlainTree::root, (done, total) -> {});
        System.out.println("loaded " + loaded.manifest().id() + " cached=" + loaded.cached());
        System.out.println(loaded.warning().orElse("no warning"));
      }
    }
  }

  @Test
  void shouldLeaveNoTemporaryWhenTheEntryCannotBeReplaced() throws IOException {
    load();
    Path entry = files().getFirst();
    Files.delete(entry);
    Files.createDirectories(entry.resolve("in the way"));
    assertTrue(load().warning().isPresent());
    assertEquals(List.of(entry), files());
  }
}
