package org.weft.tools.command;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** JSON in and out of commands. */
final class Json {
  static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private Json() {}

  /** A value on one line. */
  static String line(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a value of our own is not JSON", impossible);
    }
  }

  /** A value over several lines, for people. */
  static String pretty(Object value) {
    try {
      return MAPPER.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a value of our own is not JSON", impossible);
    }
  }

  /** Parses input of the user's; {@code what} names it in the sentence. */
  static JsonNode parse(String text, String what) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException wrong) {
      throw new UserException(what + " is not JSON: " + reason(wrong) + at(wrong), wrong);
    }
  }

  private static String reason(JsonProcessingException wrong) {
    if (wrong instanceof JsonEOFException) {
      return "it ends too early";
    }
    String said = wrong.getOriginalMessage().lines().findFirst().orElse("");
    // The parser describes its source to programmers, in parentheses at the end.
    return said.replaceAll(" ?\\([^()]*\\[Source.*", "");
  }

  private static String at(JsonProcessingException wrong) {
    JsonLocation location = wrong.getLocation();
    if (location == null) {
      return "";
    }
    String line = location.getLineNr() > 1 ? "line " + location.getLineNr() + ", " : "";
    return " (" + line + "column " + location.getColumnNr() + ")";
  }
}
