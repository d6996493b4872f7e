package org.weft.shard.gguf;

import java.util.List;
import java.util.Optional;

/**
 * The typed key-value pairs of a model file. A wrong type is a {@link
 * org.weft.shard.ShardException} that names the key.
 */
public final class Metadata {
  public Optional<String> string(String key) {
    throw new UnsupportedOperationException("skeleton");
  }

  public Optional<Long> integer(String key) {
    throw new UnsupportedOperationException("skeleton");
  }

  public Optional<Double> number(String key) {
    throw new UnsupportedOperationException("skeleton");
  }

  public Optional<Boolean> bool(String key) {
    throw new UnsupportedOperationException("skeleton");
  }

  public Optional<List<String>> strings(String key) {
    throw new UnsupportedOperationException("skeleton");
  }

  public Optional<int[]> integers(String key) {
    throw new UnsupportedOperationException("skeleton");
  }

  public Optional<float[]> numbers(String key) {
    throw new UnsupportedOperationException("skeleton");
  }

  public List<String> keys() {
    throw new UnsupportedOperationException("skeleton");
  }
}
