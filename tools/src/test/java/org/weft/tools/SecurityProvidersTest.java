package org.weft.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SecurityProvidersTest {
  /** In a JVM of its own, since the list is read once. */
  @Test
  void shouldLeaveTheCoreWhenTheProgramStarts() throws Exception {
    Process program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Listing.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(program.waitFor(30, TimeUnit.SECONDS));
    assertEquals(List.of("SUN", "SunRsaSign", "SunEC", "SunJSSE", "SunJCE"), said.lines().toList());
  }

  /** Prints the providers that are left. */
  static final class Listing {
    public static void main(String[] args) {
      SecurityProviders.keepTheCore();
      for (var provider : java.security.Security.getProviders()) {
        if (!provider.getName().equals("Apple")) {
          System.out.println(provider.getName());
        }
      }
    }
  }
}
