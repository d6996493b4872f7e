package org.weft.tools.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Map;
import org.weft.tools.user.UserException;

/**
 * Where a node keeps its key, its state and its caches: {@code $WEFT_HOME}, or the platform's usual
 * place.
 */
public record WeftHome(Path directory) {
  public static WeftHome ofEnvironment() {
    return new WeftHome(
        locate(
            System.getenv(),
            System.getProperty("os.name"),
            Path.of(System.getProperty("user.home"))));
  }

  static Path locate(Map<String, String> environment, String system, Path userHome) {
    String named = environment.getOrDefault("WEFT_HOME", "");
    if (!named.isBlank()) {
      return Path.of(named).toAbsolutePath();
    }
    String os = system.toLowerCase(Locale.ROOT);
    if (os.startsWith("windows")) {
      String local = environment.getOrDefault("LOCALAPPDATA", "");
      return (local.isBlank() ? userHome.resolve("AppData").resolve("Local") : Path.of(local))
          .resolve("Weft");
    }
    if (os.startsWith("mac")) {
      return userHome.resolve("Library").resolve("Application Support").resolve("Weft");
    }
    String data = environment.getOrDefault("XDG_DATA_HOME", "");
    return (data.isBlank() ? userHome.resolve(".local").resolve("share") : Path.of(data))
        .resolve("weft");
  }

  /** The node's private key. */
  public Path keyFile() {
    return directory.resolve("node.key");
  }

  /** Manifests of models that have been hashed once. */
  public Path manifests() {
    return directory.resolve("manifests");
  }

  /** What was typed into {@code weft chat}. */
  public Path chatHistory() {
    return directory.resolve("chat_history");
  }

  /** Makes the directory, for the owner alone where the file system knows owners. */
  public WeftHome created() {
    try {
      Files.createDirectories(directory, ownerOnly());
      return this;
    } catch (IOException failed) {
      throw new UserException(
          "cannot make the directory " + directory + ": set WEFT_HOME to one that can be written",
          failed);
    }
  }

  private FileAttribute<?>[] ownerOnly() {
    return directory.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }
}
