package org.weft.tools.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.tools.process.LauncherCopy.Ran;

/** {@code ./weft}, {@code ./build} and the check of the compose file, in a copy of their own. */
class LauncherTest {
  @TempDir private Path folder;
  private LauncherCopy copy;

  @BeforeEach
  void copyTheLauncher() throws Exception {
    copy = new LauncherCopy(folder);
  }

  @Test
  void shouldSayHowToGetAJdkWhenThereIsNone() throws Exception {
    String sentence =
        "weft: no JDK 25 was found: install one (for example Eclipse Temurin 25: apt install temurin-25-jdk, brew install temurin@25, sdk install java 25-tem) or set JAVA_HOME to it.\n";
    assertEquals(new Ran(1, "", sentence), copy.run("", "./weft", "demo"));
    assertEquals(new Ran(1, "", sentence), copy.run("", "./build"));
    // An older one, and a runtime without a compiler, are none.
    assertEquals(
        new Ran(1, "", sentence), copy.run(copy.jdk("17.0.9").toString(), "./weft", "demo"));
    Path runtime = copy.jdk("25");
    Files.delete(runtime.resolve("bin/javac"));
    assertEquals(new Ran(1, "", sentence), copy.run(runtime.toString(), "./weft", "demo"));
  }

  @Test
  void shouldFindTheJdkOnThePathWhenItIsNowhereElse() throws Exception {
    copy.installApplication();
    Files.createSymbolicLink(copy.path.resolve("java"), copy.jdk("25.0.3").resolve("bin/java"));
    assertEquals(0, copy.run("", "./weft", "keys").status());
  }

  @Test
  void shouldPassEveryArgumentOnWhenInstalledWithoutSources() throws Exception {
    copy.installApplication();
    Ran ran = copy.run(copy.jdk("25.0.3").toString(), "./weft", "generate", "two words", "");
    assertEquals(0, ran.status(), ran.err());
    assertTrue(
        ran.out()
            .endsWith(
                "<--module-path><"
                    + copy.root.resolve("lib")
                    + "><--module><org.weft.tools/org.weft.tools.Weft><generate><two words><>\n"),
        ran.out());
    assertEquals("", ran.err());
  }

  @Test
  void shouldFindItselfWhenTheShellHasACdpath() throws Exception {
    copy.installApplication();
    copy.environment.put("CDPATH", folder.toString());
    Ran ran =
        copy.runIn(folder, copy.jdk("25.0.3").toString(), "bash", "-c", "'copy of weft/weft' keys");
    assertEquals(0, ran.status(), ran.err());
    assertTrue(ran.out().contains("<--module-path><" + copy.root.resolve("lib") + ">"), ran.out());
  }

  @Test
  void shouldLeaveNoStandardDescriptorFreeWhenItIsStartedWithoutThem() throws Exception {
    copy.installApplication();
    String jdk =
        copy.jdk(
                "25.0.3",
                """
                for input in 0 1 2; do
                  { : 9<&$input; } 2>/dev/null || echo "$input is closed" >>free
                done
                read -r line && echo "$line" >>free
                echo answer\
                """)
            .toString();
    // What cannot be written is no success, and goes nowhere else.
    Map<String, Integer> statuses = Map.of("<&-", 0, "2>&-", 0, ">&-", 1, "<&- >&- 2>&-", 1);
    for (var each : statuses.entrySet()) {
      Ran ran = copy.run(jdk, "bash", "-c", "./weft keys " + each.getKey());
      assertFalse(Files.exists(copy.root.resolve("free")), each.getKey());
      assertEquals(each.getValue(), ran.status(), each.getKey() + ": " + ran.err());
    }
  }

  /** Says how it was called, in {@code calls} too, and dumps an archive when told to. */
  private static final String ARCHIVING_JAVA =
      """
      called=$(printf '<%s>' "$@")
      echo "$called"
      echo "$called" >>calls
      for flag; do
        case $flag in -XX:SharedArchiveFile=*) archive=${flag#*=} ;; esac
      done
      case " $* " in *" -Xshare:dump "*) echo classes >"$archive" ;; esac\
      """;

  @Test
  void shouldHaveAnArchiveMadeOnceBeforeANodeStartsAndUseIt() throws Exception {
    copy.installApplication();
    copy.environment.clear();
    Path lib = copy.root.resolve("lib");
    Path jar = Files.writeString(lib.resolve("a.jar"), "a");
    Files.writeString(lib.resolve("start-25.aot"), "of a version before");
    String jdk = copy.jdk("25.0.3", ARCHIVING_JAVA).toString();
    assertEquals("", copy.run(jdk, "./weft", "keys").err());
    assertEquals("", copy.run(jdk, "./weft", "demo", "--help").err());
    assertEquals(List.of("start-25.aot"), archives(lib));

    Files.delete(copy.root.resolve("calls"));
    Ran first = copy.run(jdk, "./weft", "demo");
    assertEquals("", first.err());
    List<String> calls = Files.readAllLines(copy.root.resolve("calls"));
    assertEquals(3, calls.size(), calls.toString());
    assertTrue(calls.get(0).contains("TrainingRun"), calls.get(0));
    assertTrue(calls.get(1).contains("<-Xshare:dump>"), calls.get(1));
    assertEquals(1, archives(lib).size(), archives(lib).toString());
    String flag = "<-XX:SharedArchiveFile=" + lib.resolve(archives(lib).getFirst()) + ">";
    assertTrue(calls.get(2).contains(flag) && calls.get(2).endsWith("<demo>"), calls.get(2));

    for (String options : List.of("", "-Xmx1g")) {
      copy.environment.put("WEFT_JAVA_OPTS", options);
      Ran keys = copy.run(jdk, "./weft", "keys");
      assertTrue(keys.out().contains(flag), keys.out());
    }
    copy.environment.clear();
    Files.setLastModifiedTime(jar, FileTime.from(LauncherCopy.BUILT)); // older than the archive
    Ran keys = copy.run(jdk, "./weft", "keys");
    assertFalse(keys.out().contains("-XX:SharedArchiveFile"), keys.out());
    assertEquals("", copy.run(jdk, "./weft", "demo").err());
    assertEquals(1, archives(lib).size(), archives(lib).toString());
  }

  @Test
  void shouldHaveAnArchiveMadeByABuildWhateverItWasBuiltFor() throws Exception {
    String jdk = built(copy.jdk("25.0.3", ARCHIVING_JAVA));
    Ran keys = copy.run(jdk, "./weft", "keys");
    assertEquals(
        "weft: learning to start fast, this once (some ten seconds)",
        keys.err().lines().toList().getLast());
    List<String> archives = archives(copy.root.resolve("tools/target/weft"));
    assertEquals(1, archives.size(), archives.toString());
    assertTrue(keys.out().contains("/" + archives.getFirst() + ">"), keys.out());
    assertEquals("", copy.run(jdk, "./weft", "demo").err());
  }

  /** A checkout that any command has to build, and an environment that lets it be trained. */
  private String built(Path jdk) throws IOException {
    copy.checkOut();
    copy.environment.clear();
    copy.fakeMaven(
        "mkdir -p tools/target/weft && touch tools/target/weft/weft-tools-0.1.0-SNAPSHOT.jar");
    return jdk.toString();
  }

  @Test
  void shouldSayWhereNoArchiveCanBeMadeAndTryAgainADayLater() throws Exception {
    String jdk = built(copy.jdk("25.0.3"));
    List<String> said = copy.run(jdk, "./weft", "keys").err().lines().toList();
    Path application = copy.root.resolve("tools/target/weft");
    assertEquals(1, archives(application).size(), archives(application).toString());
    Path log = application.resolve(archives(application).getFirst());
    assertEquals(
        "weft: that failed, and starts take a little longer; " + log + " says why.",
        said.getLast());
    long failed = Files.getLastModifiedTime(log).toMillis();
    assertEquals("", copy.run(jdk, "./weft", "demo").err());
    assertEquals(failed, Files.getLastModifiedTime(log).toMillis());
    Files.setLastModifiedTime(log, FileTime.from(LauncherCopy.BUILT));
    assertEquals("", copy.run(jdk, "./weft", "demo").err());
    assertTrue(Files.getLastModifiedTime(log).toMillis() >= failed, "not tried again");
  }

  /** What training left, and what was there before. */
  private static List<String> archives(Path lib) throws IOException {
    try (Stream<Path> files = Files.list(lib)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("start-"))
          .toList();
    }
  }

  @Test
  void shouldRefuseJavaOptionsThatAreNone() throws Exception {
    copy.installApplication();
    String jdk = copy.jdk("25.0.3").toString();
    copy.environment.put("WEFT_JAVA_OPTS", "-Xmx1g bogus");
    assertEquals(
        new Ran(
            2,
            "",
            "weft: WEFT_JAVA_OPTS: 'bogus' is not a flag of the JVM's, which begins with a dash.\n"),
        copy.run(jdk, "./weft", "keys"));
    copy.environment.put("WEFT_JAVA_OPTS", "-Dx=* --add-opens java.base/java.lang=ALL-UNNAMED");
    Ran ran = copy.run(jdk, "./weft", "keys");
    assertTrue(
        ran.out().contains("<-Dx=*><--add-opens><java.base/java.lang=ALL-UNNAMED><--module-path>"),
        ran.out() + ran.err());
  }

  @Test
  void shouldBuildOnlyWhenASourceIsNewerThanTheBuild() throws Exception {
    Path source = copy.checkOut();
    copy.fakeMaven(
        "mkdir -p tools/target/weft && touch tools/target/weft/weft-tools-0.1.0-SNAPSHOT.jar");
    String jdk = copy.jdk("25.0.3").toString();

    assertTrue(
        copy.run(jdk, "./weft", "keys").err().contains("weft: built in "), "nothing was built");
    Path stamp = copy.root.resolve("tools/target/weft/.built");
    Path jar = copy.root.resolve("tools/target/weft/weft-tools-0.1.0-SNAPSHOT.jar");
    Files.setLastModifiedTime(jar, FileTime.from(LauncherCopy.BUILT));
    Files.setLastModifiedTime(stamp, FileTime.from(LauncherCopy.BUILT.plusSeconds(1)));
    assertEquals("", copy.run(jdk, "./weft", "keys").err());

    Files.setLastModifiedTime(source, FileTime.from(LauncherCopy.BUILT.plusSeconds(2)));
    assertTrue(copy.run(jdk, "./weft", "keys").err().contains("weft: built in "), "it is stale");
    assertFalse(Files.exists(copy.root.resolve("tools/target/.building")), "the lock is left");
  }

  @Test
  void shouldSayWhereToLookWhenTheBuildFails() throws Exception {
    copy.checkOut();
    copy.fakeMaven("echo '[ERROR] Broken.java: it is broken'; exit 1");
    Ran ran = copy.run(copy.jdk("25.0.3").toString(), "./weft", "keys");
    assertEquals(1, ran.status());
    assertEquals("", ran.out());
    assertTrue(ran.err().contains("[ERROR] Broken.java: it is broken"), ran.err());
    assertTrue(ran.err().contains("weft: the build failed: "), ran.err());
    assertTrue(Files.exists(copy.root.resolve("tools/target/build.log")));
    assertFalse(Files.exists(copy.root.resolve("tools/target/.building")), "the lock is left");
  }

  @Test
  void shouldSaySoWhenMavenIsMissing() throws Exception {
    copy.checkOut();
    Ran ran = copy.run(copy.jdk("25.0.3").toString(), "./weft", "keys");
    assertEquals(1, ran.status());
    assertEquals(1, ran.err().lines().count(), ran.err());
    assertTrue(ran.err().startsWith("weft: Maven is not installed"), ran.err());
  }

  @Test
  void shouldInstallWhatReadsTheComposeFileWhenItIsMissing() throws Exception {
    LauncherCopy.script(copy.path.resolve("id"), "echo 0");
    LauncherCopy.script(
        copy.path.resolve("apt-get"),
        "if [ \"$1\" = install ]; then cp "
            + copy.path.resolve("reads")
            + " "
            + copy.path.resolve("docker-compose")
            + "; fi");
    LauncherCopy.script(copy.path.resolve("reads"), "cat docker-compose.yml");
    Ran ran = copy.run("", "scripts/check-compose.sh");
    assertEquals(1, ran.status(), "a file without the variables' values is not what compose reads");
    assertTrue(ran.err().contains("'/models/m.gguf' is missing"), ran.err());
  }

  @Test
  void shouldSayLoudlyThatTheComposeFileIsUncheckedWhenNothingCanReadIt() throws Exception {
    for (String who : List.of("0", "1000")) {
      LauncherCopy.script(copy.path.resolve("id"), "echo " + who);
      LauncherCopy.script(copy.path.resolve("apt-get"), "exit 100");
      Ran ran = copy.run("", "scripts/check-compose.sh");
      assertEquals(0, ran.status(), ran.err());
      assertTrue(ran.err().contains("SKIPPED, docker-compose.yml was NOT checked"), ran.err());
    }
  }
}
