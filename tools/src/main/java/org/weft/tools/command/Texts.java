package org.weft.tools.command;

import com.fasterxml.jackson.databind.JsonNode;
import org.weft.tools.user.UserException;

/** Texts in JSON input. */
final class Texts {
  private Texts() {}

  /** A string that is text: JSON can write half of a surrogate pair, which no token stands for. */
  static String read(JsonNode node, int line) {
    String text = node.textValue();
    if (text.codePoints().anyMatch(Texts::half)) {
      throw new UserException(
          "line " + line + ": the text holds half of a surrogate pair, which is no character");
    }
    return text;
  }

  private static boolean half(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
