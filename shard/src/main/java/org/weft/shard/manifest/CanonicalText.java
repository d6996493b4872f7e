package org.weft.shard.manifest;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.weft.shard.gguf.Metadata;
import org.weft.shard.gguf.MetadataType;

/**
 * The one way in which names and metadata values are written where they are hashed. It does not
 * depend on how wide a converter made an integer or a float. The grammar is in {@link Manifest}.
 */
final class CanonicalText {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private CanonicalText() {}

  /** UTF-8 bytes from 0x21 to 0x7E as they are, but for '%'; all others as %XX. */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b > 0x20 && b < 0x7f && b != '%') {
        escaped.append((char) b);
      } else {
        escaped.append('%').append(HEX.toHexDigits(b));
      }
    }
    return escaped.toString();
  }

  /** The inverse of {@link #escape}; empty for what that never writes. */
  static Optional<String> unescape(String escaped) {
    byte[] bytes = new byte[escaped.length()];
    int length = 0;
    for (int i = 0; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (c != '%') {
        bytes[length++] = (byte) c;
      } else if (i + 2 < escaped.length()
          && HexFormat.isHexDigit(escaped.charAt(i + 1))
          && HexFormat.isHexDigit(escaped.charAt(i + 2))) {
        bytes[length++] = (byte) HexFormat.fromHexDigits(escaped, i + 1, i + 3);
        i += 2;
      } else {
        return Optional.empty();
      }
    }
    String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
    return escape(text).equals(escaped) ? Optional.of(text) : Optional.empty();
  }

  /** The value of a key that is there: a kind, and one token for each value. */
  static String value(Metadata metadata, String key) {
    MetadataType type = metadata.type(key).orElseThrow();
    return switch (type) {
      case STRING -> "s " + escape(metadata.string(key).orElseThrow());
      case BOOL -> "b " + bit(metadata.bool(key).orElseThrow());
      case FLOAT32, FLOAT64 -> "f " + bits(metadata.number(key).orElseThrow());
      case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 ->
          "i " + metadata.integer(key).orElseThrow();
      case ARRAY -> array(metadata, key);
    };
  }

  private static String array(Metadata metadata, String key) {
    StringBuilder text = new StringBuilder();
    MetadataType element = metadata.elementType(key).orElseThrow();
    switch (element) {
      case STRING -> {
        text.append("s*");
        List<String> strings = metadata.strings(key).orElseThrow();
        strings.forEach(string -> text.append(' ').append(escape(string)));
      }
      case BOOL -> {
        text.append("b*");
        for (boolean bool : metadata.bools(key).orElseThrow()) {
          text.append(' ').append(bit(bool));
        }
      }
      case FLOAT32, FLOAT64 -> {
        text.append("f*");
        for (double number : metadata.doubles(key).orElseThrow()) {
          text.append(' ').append(bits(number));
        }
      }
      case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> {
        text.append("i*");
        for (long integer : metadata.longs(key).orElseThrow()) {
          text.append(' ').append(integer);
        }
      }
      case ARRAY -> throw new IllegalStateException("the reader refuses nested arrays");
    }
    return text.toString();
  }

  private static char bit(boolean bool) {
    return bool ? '1' : '0';
  }

  private static String bits(double number) {
    return HexFormat.of().toHexDigits(Double.doubleToLongBits(number));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
