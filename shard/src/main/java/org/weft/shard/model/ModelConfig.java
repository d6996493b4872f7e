package org.weft.shard.model;

import org.weft.shard.gguf.GgufFile;

/**
 * The numbers that describe a model, read from its metadata and checked. The model helper adds what
 * blocks need.
 */
public interface ModelConfig {
  static ModelConfig of(GgufFile file) {
    throw new UnsupportedOperationException("skeleton");
  }

  String architecture();

  /** The name that people know it by. */
  String name();

  int blocks();

  int width();

  int vocabulary();

  /** Positions. */
  int context();
}
