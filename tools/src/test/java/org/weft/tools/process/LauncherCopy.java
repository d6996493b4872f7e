package org.weft.tools.process;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A copy of {@code ./weft}, {@code ./build} and the check of the compose file, with a JDK and a
 * Maven that only say how they were called, and nothing on the path but what the scripts ask for.
 */
final class LauncherCopy {
  /** When sources and builds of the copy were written, unless a test says otherwise. */
  static final Instant BUILT = Instant.parse("2026-01-01T12:00:00Z");

  private static final List<String> FILES =
      List.of(
          "weft",
          "build",
          "docker-compose.yml",
          "scripts/check-compose.sh",
          "launcher/descriptors.sh",
          "launcher/jdk.sh",
          "launcher/application.sh",
          "launcher/start-cache.sh",
          "launcher/jvm.options");
  private static final List<String> TOOLS =
      List.of(
          "bash",
          "cat",
          "cksum",
          "cp",
          "dirname",
          "env",
          "find",
          "grep",
          "head",
          "ls",
          "mkdir",
          "mv",
          "readlink",
          "rm",
          "sed",
          "sleep",
          "tail",
          "touch");

  /** A run of a script. */
  record Ran(int status, String out, String err) {}

  final Path root;
  final Path path;
  final Map<String, String> environment = new HashMap<>();
  private final Path folder;

  LauncherCopy(Path folder) throws IOException {
    this.folder = folder;
    this.root = Files.createDirectory(folder.resolve("copy of weft"));
    this.path = Files.createDirectory(folder.resolve("path"));
    Files.createDirectory(root.resolve("launcher"));
    Files.createDirectory(root.resolve("scripts"));
    for (String file : FILES) {
      Files.copy(WeftProcess.root().resolve(file), root.resolve(file));
      executable(root.resolve(file));
    }
    for (String tool : TOOLS) {
      script(path.resolve(tool), "exec " + installed(tool) + " \"$@\"");
    }
    environment.put("WEFT_NO_START_CACHE", "1");
    // This machine's own JDKs are not the ones that a test is about.
    Path jdks = root.resolve("launcher/jdk.sh");
    Files.writeString(
        jdks, Files.readString(jdks) + "jdk_homes() { printf '%s\\n' \"${JAVA_HOME:-}\"; }\n");
  }

  /** Sources older than any build. */
  Path checkOut() throws IOException {
    Path source = root.resolve("tools/src/main/java/Weft.java");
    Files.createDirectories(source.getParent());
    for (Path file : List.of(source, root.resolve("pom.xml"), root.resolve("tools/pom.xml"))) {
      Files.writeString(file, "");
      Files.setLastModifiedTime(file, FileTime.from(BUILT));
    }
    return source;
  }

  void installApplication() throws IOException {
    Files.createDirectory(root.resolve("lib"));
  }

  /** A home whose {@code java} prints its arguments. */
  Path jdk(String version) throws IOException {
    return jdk(version, "printf '<%s>' \"$@\"; echo");
  }

  /** A home whose {@code java} is a script. */
  Path jdk(String version, String java) throws IOException {
    Path home = folder.resolve("jdk-" + version);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    script(home.resolve("bin/java"), java);
    script(home.resolve("bin/javac"), "exit 0");
    return home;
  }

  void fakeMaven(String body) throws IOException {
    script(path.resolve("mvn"), "cd '" + root + "'\n" + body);
  }

  static void script(Path file, String body) throws IOException {
    Files.writeString(file, "#!" + installed("bash") + "\n" + body + "\n");
    executable(file);
  }

  private static void executable(Path file) throws IOException {
    if (!file.toFile().setExecutable(true)) {
      throw new IOException("cannot make a script of " + file);
    }
  }

  private static Path installed(String tool) {
    return List.of("/usr/bin", "/bin").stream()
        .map(where -> Path.of(where, tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + tool + " on this machine"));
  }

  /** Runs a command in the copy's folder; no {@code javaHome} where that is empty. */
  Ran run(String javaHome, String... command) throws Exception {
    return runIn(root, javaHome, command);
  }

  Ran runIn(Path directory, String javaHome, String... command) throws Exception {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().put("PATH", path.toString());
    builder.environment().put("HOME", folder.toString());
    if (!javaHome.isEmpty()) {
      builder.environment().put("JAVA_HOME", javaHome);
    }
    Process process = builder.start();
    if (!process.waitFor(WeftProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(String.join(" ", command) + " does not end");
    }
    return new Ran(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }
}
