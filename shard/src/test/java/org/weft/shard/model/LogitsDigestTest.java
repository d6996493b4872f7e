package org.weft.shard.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole embedded model in JVMs that are told to use other instructions or narrower vectors. */
class LogitsDigestTest {
  static Stream<String> flags() {
    return switch (System.getProperty("os.arch")) {
      case "amd64", "x86_64" -> Stream.of("UseAVX=1", "UseAVX=2", "UseAVX=3");
      default -> Stream.of("MaxVectorSize=16", "MaxVectorSize=32", "MaxVectorSize=64");
    };
  }

  @ParameterizedTest
  @MethodSource("flags")
  void shouldGiveThePinnedLogitsWhenTheJvmUsesOtherInstructions(String flag)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // A level that the processor lacks is lowered with a warning; the child says what it has.
    command.addAll(List.of("-XX:-PrintWarnings", "-XX:" + flag));
    command.addAll(
        List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("--sun-misc-unsafe-memory-access=allow", "-Xmx200m"));
    // As users run it: kernels do not stay in the interpreter.
    command.add("-XX:CompileCommand=CompileThresholdScaling,org.weft.shard.kernel.Vector*::*,0.02");
    command.addAll(List.of("-XX:CompileCommand=quiet", "-XX:+UseSerialGC", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of(LogitsDigest.class.getName(), TestFiles.demo().toString(), "2"));
    Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(child.waitFor(5, TimeUnit.MINUTES), "still running");
      assertTrue(output.contains(LogitsDigest.pinned() + " as pinned"), output);
      assertEquals(0, child.exitValue(), output);
      if (!output.contains(flag)) {
        String message = "SKIPPED: this processor has no " + flag + ", so this was not tested";
        System.err.println(message);
        Assumptions.abort(message);
      }
    } finally {
      child.destroyForcibly();
    }
  }
}
