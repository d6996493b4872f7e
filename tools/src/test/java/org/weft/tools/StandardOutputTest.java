package org.weft.tools;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class StandardOutputTest {
  /** As commands print: a writer over a stream over standard output. */
  static PrintWriter writer(OutputStream real) {
    return new PrintWriter(
        new PrintStream(new StandardOutput(real), false, StandardCharsets.UTF_8),
        true,
        StandardCharsets.UTF_8);
  }

  static OutputStream failing(String reason) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(reason);
      }
    };
  }

  @Test
  void shouldEndTheWorkWhenNobodyReadsAnyMore() {
    PrintWriter out = writer(failing("Broken pipe"));
    assertThrows(StandardOutput.ClosedException.class, () -> out.println("one"));
    assertDoesNotThrow(() -> out.println("two"));
  }

  @Test
  void shouldSayWhenOutputCannotBeWritten() {
    PrintWriter out = writer(failing("No space left on device"));
    UncheckedIOException thrown =
        assertThrows(UncheckedIOException.class, () -> out.println("one"));
    assertEquals("standard output cannot be written: No space left on device", thrown.getMessage());
  }

  @Test
  void shouldPassOnWhatIsPrinted() {
    ByteArrayOutputStream real = new ByteArrayOutputStream();
    writer(real).println("naïve 日本");
    assertEquals("naïve 日本" + System.lineSeparator(), real.toString(StandardCharsets.UTF_8));
  }
}
