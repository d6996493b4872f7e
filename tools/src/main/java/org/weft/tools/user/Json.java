package org.weft.tools.user;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** JSON of the command line, in and out: the one way in which it is read and written. */
public final class Json {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private Json() {}

  /** A value on one line. */
  public static String line(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a value of our own is not JSON", impossible);
    }
  }

  /** A value over several lines, for people. */
  public static String pretty(Object value) {
    try {
      return MAPPER.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a value of our own is not JSON", impossible);
    }
  }

  /** A value as a tree, to be changed before it is written. */
  public static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** Parses what another process said; the caller knows what to say where it is not JSON. */
  public static JsonNode read(String text) throws JsonProcessingException {
    return MAPPER.readTree(text);
  }

  /** Parses input of the user's; {@code what} names it in the sentence. */
  public static JsonNode parse(String text, String what) {
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
