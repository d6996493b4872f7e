package org.weft.shard.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a class of the tests in a JVM of its own, whose compilers are told what users' are. */
final class ChildJvm {
  /** What it says, once it has ended well. */
  static String output(List<String> flags, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(
        List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("--sun-misc-unsafe-memory-access=allow", "-Xmx200m"));
    command.addAll(compilerFlags());
    command.addAll(List.of("-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(child.waitFor(5, TimeUnit.MINUTES), "still running");
      assertEquals(0, child.exitValue(), output);
      return output;
    } finally {
      child.destroyForcibly();
    }
  }

  private static List<String> compilerFlags() throws IOException {
    Path options = Path.of(System.getProperty("weft.dir"), "launcher", "jvm.options");
    return Files.readAllLines(options).stream()
        .filter(line -> line.startsWith("-XX:CompileCommand="))
        .toList();
  }

  private ChildJvm() {}
}
