package org.weft.tools.local;

import java.nio.file.Files;
import java.nio.file.Path;
import org.weft.tools.user.UserException;

/** Where this copy of Weft stands: the folder of the launcher. */
public final class Installation {
  /** The prompt that the model which ships was made for. */
  public static final String DEFAULT_PROMPT = "What is Weft?";

  private static final String EMBEDDED_MODEL = "weft-demo-q8_0.gguf";

  private Installation() {}

  public static Path directory() {
    return Path.of(System.getProperty("weft.dir", "")).toAbsolutePath().normalize();
  }

  /** The small model that ships. */
  public static Path embeddedModel() {
    Path file = directory().resolve("models").resolve(EMBEDDED_MODEL);
    if (!Files.isRegularFile(file)) {
      throw new UserException(
          "the model that ships with Weft is missing at " + file + ": name another with --model");
    }
    return file;
  }
}
