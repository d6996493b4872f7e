package org.weft.tools.local;

import java.nio.file.Path;
import org.weft.crypto.Sha256Tree;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.manifest.Manifest;
import org.weft.shard.model.ModelConfig;

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

  /** Hashes the whole file. */
  public Manifest manifest() {
    return Manifest.of(file, Sha256Tree::root);
  }

  @Override
  public void close() {
    file.close();
  }
}
