package org.weft.tools.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Map;
import org.weft.crypto.Sha256Tree;
import org.weft.shard.gguf.GgmlType;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.manifest.Manifest;
import org.weft.shard.manifest.ManifestCache;
import org.weft.shard.model.ModelConfig;
import org.weft.tools.user.UserException;

/** A model file that is open, and what was read of it. */
public record OpenModel(Path path, GgufFile file, ModelConfig config) implements AutoCloseable {
  public static OpenModel open(Path path) {
    GgufFile file = GgufFile.open(path);
    try {
      return new OpenModel(path, file, ModelConfig.of(file));
    } catch (RuntimeException refused) {
      file.close();
      throw refused;
    }
  }

  /** Hashes the whole file, or remembers what it hashed to the last time. */
  public Manifest manifest(WeftHome home, Progress progress) {
    ManifestCache cache = new ManifestCache(home.manifests(), Clock.systemUTC());
    ManifestCache.Loaded loaded =
        cache.load(
            file,
            Sha256Tree::root,
            (done, total) -> progress.bytes("hashing the model", done, total));
    loaded.warning().ifPresent(progress::say);
    return loaded.manifest();
  }

  /** Reads a manifest that somebody else made of this model. */
  static Manifest readManifest(Path file) {
    try {
      return Manifest.parse(Files.readAllBytes(file));
    } catch (IOException failed) {
      throw new UserException("cannot read the manifest " + file, failed);
    }
  }

  /** The tensor type that most of the file's bytes have, for people. */
  String quantisation() {
    Map<GgmlType, Long> bytes = new EnumMap<>(GgmlType.class);
    file.tensors().forEach(tensor -> bytes.merge(tensor.type(), tensor.bytes(), Long::sum));
    return bytes.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(most -> most.getKey().name())
        .orElse("");
  }

  @Override
  public void close() {
    file.close();
  }
}
