package org.weft.node.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** JSON as clients send it, read strictly, and as they get it. */
final class Json {
  private static final int MAX_DEPTH = 64;
  private static final int MAX_NAME = 1000;
  private static final int MAX_NUMBER = 100;

  /** A tree of so many takes up to some 70 MB; seven prompts of 131072 token ids have fewer. */
  private static final int MAX_TOKENS = 1_000_000;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxTokenCount(MAX_TOKENS)
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNameLength(MAX_NAME)
                          .maxNumberLength(MAX_NUMBER)
                          .maxStringLength(Integer.MAX_VALUE) // the body's limit is the limit
                          .build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** One JSON object in well-formed UTF-8, no name twice. */
  static ObjectNode object(byte[] body) {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(body))
              .toString();
      JsonNode node = MAPPER.readTree(text);
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw ApiException.malformed("The body of the request is not a JSON object.");
    } catch (CharacterCodingException e) {
      throw ApiException.malformed("The body of the request is not well-formed UTF-8.");
    } catch (StreamConstraintsException e) {
      throw ApiException.malformed(
          "The body of the request has more than %d JSON tokens, is nested too deeply, or a number or a name in it is too long."
              .formatted(MAX_TOKENS));
    } catch (JsonProcessingException e) {
      throw ApiException.malformed(
          "The body of the request is not valid JSON, or gives a name twice (line %d, column %d)."
              .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr()));
    }
  }

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static String text(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Json() {}
}
