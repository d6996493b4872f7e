package org.weft.shard.model;

import java.util.Optional;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.Metadata;
import org.weft.shard.gguf.MetadataType;

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
    return within(suffix, value, min, max);
  }

  private int within(String suffix, long value, int min, int max) {
    if (value < min || value > max) {
      throw format(
          key(suffix) + " is " + value + ": a number from " + min + " to " + max + " was expected");
    }
    return (int) value;
  }

  /** A number of all blocks, which files give once or for each of them; here all must be alike. */
  int countOfEach(int blocks, String suffix, int min, int max) {
    if (!metadata.type(key(suffix)).equals(Optional.of(MetadataType.ARRAY))) {
      return count(suffix, min, max);
    }
    long[] each = metadata.longs(key(suffix)).orElseThrow();
    if (each.length != blocks) {
      throw format(
          key(suffix) + " has " + each.length + " entries, but the model " + blocks + " blocks");
    }
    for (int i = 1; i < blocks; i++) {
      if (each[i] != each[0]) {
        throw unsupported(
            key(suffix)
                + " is "
                + each[0]
                + " for block 0 and "
                + each[i]
                + " for block "
                + i
                + ": models whose blocks differ are not supported yet");
      }
    }
    return within(suffix, each[0], min, max);
  }

  int optionalCountOfEach(int blocks, String suffix, int otherwise, int min, int max) {
    return metadata.type(key(suffix)).isPresent()
        ? countOfEach(blocks, suffix, min, max)
        : otherwise;
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
