package org.weft.shard.model;

import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.Metadata;

/**
 * The keys of one architecture in a file's metadata, {@code llama.block_count} and so on, each
 * number checked against bounds before it is believed.
 */
record ArchitectureKeys(Metadata metadata, String architecture) {
  String key(String suffix) {
    return architecture + "." + suffix;
  }

  int count(String suffix, int min, int max) {
    long value =
        metadata
            .integer(key(suffix))
            .orElseThrow(() -> format(key(suffix) + " is missing from the model file"));
    if (value < min || value > max) {
      throw format(
          key(suffix) + " is " + value + ": a number from " + min + " to " + max + " was expected");
    }
    return (int) value;
  }

  int optionalCount(String suffix, int otherwise, int min, int max) {
    return metadata.integer(key(suffix)).isPresent() ? count(suffix, min, max) : otherwise;
  }

  double optionalNumber(String suffix, double otherwise, double min, double max) {
    return metadata.number(key(suffix)).isEmpty() ? otherwise : number(suffix, min, max);
  }

  double number(String suffix, double min, double max) {
    double value =
        metadata
            .number(key(suffix))
            .orElseThrow(() -> format(key(suffix) + " is missing from the model file"));
    if (!(value >= min && value <= max)) {
      throw format(
          key(suffix) + " is " + value + ": a number from " + min + " to " + max + " was expected");
    }
    return value;
  }

  /** Text of a hostile file, cut and without control characters, for a message. */
  static String printable(String text) {
    String clean = text.replaceAll("\\p{Cntrl}", "?");
    return clean.length() <= 64 ? clean : clean.substring(0, 64) + "…";
  }

  static ShardException format(String message) {
    return new ShardException(ShardError.FORMAT, message);
  }

  static ShardException unsupported(String message) {
    return new ShardException(ShardError.UNSUPPORTED, message);
  }
}
