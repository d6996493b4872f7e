package org.weft.shard.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One digest over all kernels, in this JVM and in others that are told to use narrower vectors. */
class KernelDigestTest {
  @Test
  void shouldBeAsPinnedWhenTheScalarTwinsCompute() throws NoSuchAlgorithmException {
    assertEquals(KernelDigest.PINNED, KernelDigest.compute(Kernels.SCALAR));
  }

  /**
   * Widths that the instruction set does not have are cut by the JVM, so these are all there are.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-XX:UseAVX=1 -XX:MaxVectorSize=16",
        "-XX:UseAVX=1 -XX:MaxVectorSize=32",
        "-XX:UseAVX=2 -XX:MaxVectorSize=16",
        "-XX:UseAVX=2 -XX:MaxVectorSize=32",
        "-XX:UseAVX=3 -XX:MaxVectorSize=16",
        "-XX:UseAVX=3 -XX:MaxVectorSize=32",
        "-XX:UseAVX=3 -XX:MaxVectorSize=64",
        "-XX:TieredStopAtLevel=1"
      })
  void shouldBeAsPinnedWhenTheJvmIsToldToUseOtherInstructions(String flags)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Not every processor has these flags.
    command.add("-XX:+IgnoreUnrecognizedVMOptions");
    command.add("-XX:-PrintWarnings");
    command.addAll(List.of(flags.split(" ")));
    command.addAll(
        List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.addAll(List.of(KernelDigest.class.getName(), "vector", "2"));
    Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(child.waitFor(5, TimeUnit.MINUTES), "still running");
      assertTrue(output.contains(KernelDigest.PINNED + " as pinned"), output);
      assertEquals(0, child.exitValue(), output);
    } finally {
      child.destroyForcibly();
    }
  }
}
