package org.weft.shard.gguf;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The tensor types that Weft computes with. */
public enum TensorType {
  F32(GgmlType.F32),
  F16(GgmlType.F16),
  Q4_0(GgmlType.Q4_0),
  Q4_1(GgmlType.Q4_1),
  Q8_0(GgmlType.Q8_0),
  Q4_K(GgmlType.Q4_K),
  Q5_K(GgmlType.Q5_K),
  Q6_K(GgmlType.Q6_K),
  BF16(GgmlType.BF16);

  private static final Map<GgmlType, TensorType> BY_STORED =
      Arrays.stream(values()).collect(Collectors.toMap(type -> type.stored, Function.identity()));

  private final GgmlType stored;

  TensorType(GgmlType stored) {
    this.stored = stored;
  }

  /** ggml's id. */
  public int id() {
    return stored.id();
  }

  public int blockElements() {
    return stored.blockElements();
  }

  public int blockBytes() {
    return stored.blockBytes();
  }

  /** Bytes of {@code elements} elements, a whole number of blocks. */
  public long bytes(long elements) {
    if (elements % blockElements() != 0) {
      throw new IllegalArgumentException(elements + " elements are no whole blocks of " + this);
    }
    return Math.multiplyExact(elements / blockElements(), blockBytes());
  }

  /** What a stored type is computed as; empty for one that Weft does not read yet. */
  public static Optional<TensorType> of(GgmlType stored) {
    return Optional.ofNullable(BY_STORED.get(stored));
  }
}
