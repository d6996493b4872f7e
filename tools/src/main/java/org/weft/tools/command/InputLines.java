package org.weft.tools.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.weft.tools.user.UserException;

/**
 * JSON lines on standard input, strictly UTF-8. Only line feeds end a line: other line separators
 * may stand raw in JSON.
 */
final class InputLines {
  /** Does something with a line that is not blank; {@code number} counts from 1. */
  @FunctionalInterface
  interface LineTask {
    void run(String line, int number);
  }

  private InputLines() {}

  static void forEach(InputStream in, LineTask task) {
    try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, strictUtf8()))) {
      StringBuilder line = new StringBuilder();
      int number = 1;
      for (int c = reader.read(); c >= 0; c = reader.read()) {
        if (c != '\n') {
          line.append((char) c);
          continue;
        }
        runUnlessBlank(line, number++, task);
      }
      runUnlessBlank(line, number, task);
    } catch (CharacterCodingException wrong) {
      throw new UserException("standard input is not UTF-8", wrong);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** All of the input. */
  static String all(InputStream in) {
    try {
      return strictUtf8().decode(java.nio.ByteBuffer.wrap(in.readAllBytes())).toString();
    } catch (CharacterCodingException wrong) {
      throw new UserException("standard input is not UTF-8", wrong);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static void runUnlessBlank(StringBuilder line, int number, LineTask task) {
    String text = line.toString();
    line.setLength(0);
    if (!text.isBlank()) {
      task.run(text, number);
    }
  }

  private static java.nio.charset.CharsetDecoder strictUtf8() {
    return StandardCharsets.UTF_8
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT);
  }
}
