package org.weft.shard.manifest;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Function;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.manifest.Manifest.Progress;

/**
 * Remembers manifests on disk, so that a second start need not hash gigabytes. An entry belongs to
 * the files' real paths, sizes, times of change and, where the system has them, inodes; it begins
 * with its own SHA-256. Whatever is wrong with the cache, the manifest is computed: the cache never
 * fails a load. Several processes may share a folder.
 */
public final class ManifestCache {
  /** A file younger than this may change again without its time of change showing it. */
  private static final Duration SETTLED = Duration.ofSeconds(2);

  private final Path folder;
  private final Clock clock;

  /**
   * @param cached whether the manifest was found, and nothing had to be hashed
   * @param warning a sentence for people, where the cache could not be written
   */
  public record Loaded(Manifest manifest, boolean cached, Optional<String> warning) {}

  /** {@code folder} is made when first needed. */
  public ManifestCache(Path folder, Clock clock) {
    this.folder = folder;
    this.clock = clock;
  }

  /** The manifest of an open file, from the cache or else hashed and then remembered. */
  public Loaded load(GgufFile file, Function<MemorySegment, byte[]> treeHash, Progress progress) {
    Optional<Path> entry = entry(file);
    Optional<Manifest> found = entry.flatMap(ManifestCache::read).filter(m -> m.describes(file));
    if (found.isPresent()) {
      return new Loaded(found.get(), true, Optional.empty());
    }
    Manifest manifest = Manifest.of(file, treeHash, progress);
    return new Loaded(manifest, false, entry.flatMap(path -> write(path, manifest)));
  }

  /** Where the entry of these files stands; empty where they are too young or cannot be asked. */
  private Optional<Path> entry(GgufFile file) {
    MessageDigest key = CanonicalText.sha256();
    Instant settled = clock.instant().minus(SETTLED);
    try {
      for (Path path : file.paths()) {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        Instant modified = attributes.lastModifiedTime().toInstant();
        if (modified.isAfter(settled)) {
          return Optional.empty();
        }
        String text =
            String.join(
                "\n",
                CanonicalText.escape(path.toRealPath().toString()),
                Long.toString(attributes.size()),
                modified.toString(),
                String.valueOf(attributes.fileKey()),
                "");
        key.update(text.getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    return Optional.of(folder.resolve(HexFormat.of().formatHex(key.digest()) + ".manifest"));
  }

  private static Optional<Manifest> read(Path entry) {
    try {
      if (!Files.isRegularFile(entry) || Files.size(entry) > Integer.MAX_VALUE / 2) {
        return Optional.empty();
      }
      byte[] bytes = Files.readAllBytes(entry);
      byte[] sum = Arrays.copyOf(bytes, ModelId.BYTES);
      byte[] manifest =
          Arrays.copyOfRange(bytes, Math.min(bytes.length, ModelId.BYTES), bytes.length);
      boolean whole = MessageDigest.isEqual(sum, CanonicalText.sha256().digest(manifest));
      return whole ? Optional.of(Manifest.parse(manifest)) : Optional.empty();
    } catch (IOException | ShardException e) {
      // A cache that cannot be read is a cache without the entry.
      return Optional.empty();
    }
  }

  /** Writes beside and moves, so that nobody reads half an entry; a sentence where it fails. */
  private Optional<String> write(Path entry, Manifest manifest) {
    try {
      Files.createDirectories(folder);
      Path temporary = Files.createTempFile(folder, "new", ".tmp");
      try {
        byte[] bytes = manifest.bytes();
        byte[] whole =
            ByteBuffer.allocate(ModelId.BYTES + bytes.length)
                .put(manifest.id().bytes())
                .put(bytes)
                .array();
        Files.write(temporary, whole);
        move(temporary, entry);
      } finally {
        Files.deleteIfExists(temporary);
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(
          "the model's hashes cannot be kept in "
              + folder
              + " ("
              + reason(e)
              + "), so the next start computes them again");
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> "permission denied";
      case FileSystemException failed when failed.getReason() != null -> failed.getReason();
      default -> e.getMessage() == null ? "input/output error" : e.getMessage();
    };
  }
}
