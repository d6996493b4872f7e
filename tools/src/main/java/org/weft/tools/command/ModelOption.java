package org.weft.tools.command;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.weft.tools.local.Installation;
import picocli.CommandLine.Option;

/** {@code --model FILE}, with the model that ships as the default. */
final class ModelOption {
  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "A GGUF model file (default: the small model that ships with Weft).")
  private @Nullable Path file;

  Path file() {
    return file == null ? Installation.embeddedModel() : file;
  }

  /** True when no file was named. */
  boolean embedded() {
    return file == null;
  }
}
