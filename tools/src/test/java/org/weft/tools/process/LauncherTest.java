package org.weft.tools.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./weft}, {@code ./build} and the check of the compose file in a copy of their own, with a
 * JDK and a Maven that only say how they were called.
 */
class LauncherTest {
  private static final Instant BUILT = Instant.parse("2026-01-01T12:00:00Z");
  private static final List<String> TOOLS =
      List.of(
          "bash",
          "cat",
          "cp",
          "dirname",
          "env",
          "find",
          "grep",
          "head",
          "mkdir",
          "readlink",
          "rm",
          "sed",
          "sleep",
          "tail",
          "touch");

  @TempDir private Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private Path copy;
  private Path path;

  /** A run of a script. */
  private record Ran(int status, String out, String err) {}

  @BeforeEach
  void copyTheLauncher() throws Exception {
    copy = Files.createDirectory(folder.resolve("copy of weft"));
    path = Files.createDirectory(folder.resolve("path"));
    Files.createDirectory(copy.resolve("launcher"));
    Files.createDirectory(copy.resolve("scripts"));
    for (String file :
        List.of(
            "weft",
            "build",
            "docker-compose.yml",
            "scripts/check-compose.sh",
            "launcher/jdk.sh",
            "launcher/application.sh",
            "launcher/start-cache.sh",
            "launcher/jvm.options")) {
      Files.copy(WeftProcess.root().resolve(file), copy.resolve(file));
      assertTrue(copy.resolve(file).toFile().setExecutable(true));
    }
    for (String tool : TOOLS) {
      script(path.resolve(tool), "exec " + installed(tool) + " \"$@\"");
    }
    environment.put("WEFT_NO_START_CACHE", "1");
    // This machine's own JDKs are not the ones that the test is about.
    append("launcher/jdk.sh", "jdk_homes() { printf '%s\\n' \"${JAVA_HOME:-}\"; }\n");
  }

  @Test
  void shouldSayHowToGetAJdkWhenThereIsNone() throws Exception {
    String sentence =
        "weft: no JDK 25 was found: install one (for example Eclipse Temurin 25: apt install temurin-25-jdk, brew install temurin@25, sdk install java 25-tem) or set JAVA_HOME to it.\n";
    assertEquals(new Ran(1, "", sentence), run("", "./weft", "demo"));
    assertEquals(new Ran(1, "", sentence), run("", "./build"));
    // An older one, and a runtime without a compiler, are none.
    assertEquals(new Ran(1, "", sentence), run(jdk("17.0.9").toString(), "./weft", "demo"));
    Path runtime = jdk("25");
    Files.delete(runtime.resolve("bin/javac"));
    assertEquals(new Ran(1, "", sentence), run(runtime.toString(), "./weft", "demo"));
  }

  @Test
  void shouldFindTheJdkOnThePathWhenItIsNowhereElse() throws Exception {
    installApplication();
    Files.createSymbolicLink(path.resolve("java"), jdk("25.0.3").resolve("bin/java"));
    assertEquals(0, run("", "./weft", "keys").status());
  }

  @Test
  void shouldPassEveryArgumentOnWhenInstalledWithoutSources() throws Exception {
    installApplication();
    Ran ran = run(jdk("25.0.3").toString(), "./weft", "generate", "two words", "");
    assertEquals(0, ran.status(), ran.err());
    assertTrue(
        ran.out()
            .endsWith(
                "<--module-path><"
                    + copy.resolve("lib")
                    + "><--module><org.weft.tools/org.weft.tools.Weft><generate><two words><>\n"),
        ran.out());
    assertEquals("", ran.err());
  }

  @Test
  void shouldTrainTheJvmOnceBeforeANodeStartsAndNotWhereItMakesNoNotes() throws Exception {
    installApplication();
    environment.clear();
    String jdk = jdk("25.0.3").toString();
    assertEquals("", run(jdk, "./weft", "keys").err());
    assertEquals("", run(jdk, "./weft", "demo", "--help").err());
    Ran first = run(jdk, "./weft", "demo");
    assertEquals(0, first.status(), first.err());
    assertEquals(1, first.err().lines().count(), first.err());
    assertTrue(first.err().startsWith("weft: learning to start fast"), first.err());
    assertEquals(new Ran(0, first.out(), ""), run(jdk, "./weft", "demo"));
  }

  @Test
  void shouldRefuseJavaOptionsThatAreNone() throws Exception {
    installApplication();
    String jdk = jdk("25.0.3").toString();
    environment.put("WEFT_JAVA_OPTS", "-Xmx1g bogus");
    assertEquals(
        new Ran(
            2,
            "",
            "weft: WEFT_JAVA_OPTS: 'bogus' is not a flag of the JVM's, which begins with a dash.\n"),
        run(jdk, "./weft", "keys"));
    environment.put("WEFT_JAVA_OPTS", "-Dx=* --add-opens java.base/java.lang=ALL-UNNAMED");
    Ran ran = run(jdk, "./weft", "keys");
    assertTrue(
        ran.out().contains("<-Dx=*><--add-opens><java.base/java.lang=ALL-UNNAMED><--module-path>"),
        ran.out() + ran.err());
  }

  @Test
  void shouldBuildOnlyWhenASourceIsNewerThanTheBuild() throws Exception {
    Path source = checkOut();
    fakeMaven(
        "mkdir -p tools/target/weft && touch tools/target/weft/weft-tools-0.1.0-SNAPSHOT.jar");
    String jdk = jdk("25.0.3").toString();

    assertTrue(run(jdk, "./weft", "keys").err().contains("weft: built in "), "nothing was built");
    Path stamp = copy.resolve("tools/target/weft/.built");
    Path jar = copy.resolve("tools/target/weft/weft-tools-0.1.0-SNAPSHOT.jar");
    Files.setLastModifiedTime(jar, FileTime.from(BUILT));
    Files.setLastModifiedTime(stamp, FileTime.from(BUILT.plusSeconds(1)));
    assertEquals("", run(jdk, "./weft", "keys").err());

    Files.setLastModifiedTime(source, FileTime.from(BUILT.plusSeconds(2)));
    assertTrue(run(jdk, "./weft", "keys").err().contains("weft: built in "), "it is stale");
    assertFalse(Files.exists(copy.resolve("tools/target/.building")), "the lock is left");
  }

  @Test
  void shouldSayWhereToLookWhenTheBuildFails() throws Exception {
    checkOut();
    fakeMaven("echo '[ERROR] Broken.java: it is broken'; exit 1");
    Ran ran = run(jdk("25.0.3").toString(), "./weft", "keys");
    assertEquals(1, ran.status());
    assertEquals("", ran.out());
    assertTrue(ran.err().contains("[ERROR] Broken.java: it is broken"), ran.err());
    assertTrue(ran.err().contains("weft: the build failed: "), ran.err());
    assertTrue(Files.exists(copy.resolve("tools/target/build.log")));
    assertFalse(Files.exists(copy.resolve("tools/target/.building")), "the lock is left");
  }

  @Test
  void shouldSaySoWhenMavenIsMissing() throws Exception {
    checkOut();
    Ran ran = run(jdk("25.0.3").toString(), "./weft", "keys");
    assertEquals(1, ran.status());
    assertEquals(1, ran.err().lines().count(), ran.err());
    assertTrue(ran.err().startsWith("weft: Maven is not installed"), ran.err());
  }

  @Test
  void shouldInstallWhatReadsTheComposeFileWhenItIsMissing() throws Exception {
    script(path.resolve("id"), "echo 0");
    script(
        path.resolve("apt-get"),
        "if [ \"$1\" = install ]; then cp "
            + path.resolve("reads")
            + " "
            + path.resolve("docker-compose")
            + "; fi");
    script(path.resolve("reads"), "cat docker-compose.yml");
    Ran ran = run("", "scripts/check-compose.sh");
    assertEquals(1, ran.status(), "a file without the variables' values is not what compose reads");
    assertTrue(ran.err().contains("'/models/m.gguf' is missing"), ran.err());
  }

  @Test
  void shouldSayLoudlyThatTheComposeFileIsUncheckedWhenNothingCanReadIt() throws Exception {
    for (String who : List.of("0", "1000")) {
      script(path.resolve("id"), "echo " + who);
      script(path.resolve("apt-get"), "exit 100");
      Ran ran = run("", "scripts/check-compose.sh");
      assertEquals(0, ran.status(), ran.err());
      assertTrue(ran.err().contains("SKIPPED, docker-compose.yml was NOT checked"), ran.err());
    }
  }

  /** Sources older than any build. */
  private Path checkOut() throws IOException {
    Path source = copy.resolve("tools/src/main/java/Weft.java");
    Files.createDirectories(source.getParent());
    for (Path file : List.of(source, copy.resolve("pom.xml"), copy.resolve("tools/pom.xml"))) {
      Files.writeString(file, "");
      Files.setLastModifiedTime(file, FileTime.from(BUILT));
    }
    return source;
  }

  private void installApplication() throws IOException {
    Files.createDirectory(copy.resolve("lib"));
  }

  /** A home whose {@code java} prints its arguments. */
  private Path jdk(String version) throws IOException {
    Path home = folder.resolve("jdk-" + version);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    script(home.resolve("bin/java"), "printf '<%s>' \"$@\"; echo");
    script(home.resolve("bin/javac"), "exit 0");
    return home;
  }

  private void fakeMaven(String body) throws IOException {
    script(path.resolve("mvn"), "cd '" + copy + "'\n" + body);
  }

  private static void script(Path file, String body) throws IOException {
    Files.writeString(file, "#!" + installed("bash") + "\n" + body + "\n");
    if (!file.toFile().setExecutable(true)) {
      throw new IOException("cannot make a script of " + file);
    }
  }

  private void append(String file, String text) throws IOException {
    Path target = copy.resolve(file);
    Files.writeString(target, Files.readString(target) + text);
  }

  private static Path installed(String tool) {
    return List.of("/usr/bin", "/bin").stream()
        .map(where -> Path.of(where, tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + tool + " on this machine"));
  }

  private Ran run(String javaHome, String... command) throws Exception {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(copy.toFile())
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
