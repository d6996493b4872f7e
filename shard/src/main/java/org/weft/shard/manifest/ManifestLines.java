package org.weft.shard.manifest;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.TensorType;

/**
 * The lines of a manifest that came from anywhere, each checked against the grammar in {@link
 * Manifest}: escaped names to the rest of their lines.
 */
record ManifestLines(TreeMap<String, String> keys, TreeMap<String, String> tensors) {
  private static final int MOST_BYTES = 64 << 20;
  private static final int MOST_DIMENSIONS = 4;
  private static final List<String> KINDS = List.of("i", "f", "b", "s", "i*", "f*", "b*", "s*");

  static ManifestLines parse(byte[] bytes) {
    if (bytes.length > MOST_BYTES) {
      throw fault("it has " + bytes.length + " bytes, more than " + MOST_BYTES);
    }
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    if (!text.startsWith(Manifest.FIRST_LINE + "\n")) {
      throw fault("it does not begin with the line \"" + Manifest.FIRST_LINE + "\"");
    }
    if (!text.endsWith("\n")) {
      throw fault("its last line has no end");
    }
    TreeMap<String, String> keys = new TreeMap<>();
    TreeMap<String, String> tensors = new TreeMap<>();
    int number = 1;
    for (int start = Manifest.FIRST_LINE.length() + 1; start < text.length(); ) {
      int end = text.indexOf('\n', start);
      number++;
      String[] words = text.substring(start, end).split(" ", 3);
      boolean right =
          words.length == 3
              && CanonicalText.unescape(words[1]).isPresent()
              && switch (words[0]) {
                case "key" -> isValue(words[2]) && keys.put(words[1], words[2]) == null;
                case "tensor" -> isTensor(words[2]) && tensors.put(words[1], words[2]) == null;
                default -> false;
              };
      if (!right) {
        throw fault("its line " + number + " is no key and no tensor");
      }
      start = end + 1;
    }
    return new ManifestLines(keys, tensors);
  }

  private static boolean isValue(String text) {
    String[] words = text.split(" ", -1);
    String kind = words[0];
    if (!KINDS.contains(kind) || (!kind.endsWith("*") && words.length != 2)) {
      return false;
    }
    for (int i = 1; i < words.length; i++) {
      String word = words[i];
      boolean right =
          switch (kind.charAt(0)) {
            case 'i' -> isInteger(word);
            case 'f' -> word.length() == 16 && word.matches("[0-9a-f]*");
            case 'b' -> word.equals("0") || word.equals("1");
            case 's' -> CanonicalText.unescape(word).isPresent();
            default -> false;
          };
      if (!right) {
        return false;
      }
    }
    return true;
  }

  private static boolean isInteger(String word) {
    try {
      return Long.toString(Long.parseLong(word)).equals(word);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static boolean isTensor(String text) {
    String[] words = text.split(" ", -1);
    if (words.length != 3 || !words[2].matches("[0-9a-f]{64}")) {
      return false;
    }
    String[] shape = words[1].split("x", -1);
    if (shape.length > MOST_DIMENSIONS) {
      return false;
    }
    for (String dimension : shape) {
      if (!isInteger(dimension) || Long.parseLong(dimension) < 1) {
        return false;
      }
    }
    for (TensorType type : TensorType.values()) {
      if (type.name().equals(words[0])) {
        return true;
      }
    }
    return false;
  }

  static ShardException fault(String what) {
    return new ShardException(ShardError.FORMAT, "the manifest cannot be used: " + what);
  }
}
