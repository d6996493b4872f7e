package org.weft.shard.model;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
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
    // A level that the processor lacks is lowered with a warning; the child says what it has.
    List<String> flags = List.of("-XX:-PrintWarnings", "-XX:" + flag);
    String output = ChildJvm.output(flags, LogitsDigest.class, TestFiles.demo().toString(), "2");
    assertTrue(output.contains(LogitsDigest.pinned() + " as pinned"), output);
    if (!output.contains(flag)) {
      String message = "SKIPPED: this processor has no " + flag + ", so this was not tested";
      System.err.println(message);
      Assumptions.abort(message);
    }
  }
}
