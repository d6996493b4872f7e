package org.weft.shard.gguf;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Tensor types of GGUF that Weft reads: ggml type id, elements and bytes of a block. */
public enum TensorType {
  F32(0, 1, 4),
  F16(1, 1, 2),
  Q4_0(2, 32, 18),
  Q4_1(3, 32, 20),
  Q8_0(8, 32, 34),
  Q4_K(12, 256, 144),
  Q5_K(13, 256, 176),
  Q6_K(14, 256, 210),
  BF16(30, 1, 2);

  private static final Map<Integer, TensorType> BY_ID =
      Arrays.stream(values()).collect(Collectors.toMap(TensorType::id, Function.identity()));

  private final int id;
  private final int blockElements;
  private final int blockBytes;

  TensorType(int id, int blockElements, int blockBytes) {
    this.id = id;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
  }

  public int id() {
    return id;
  }

  public int blockElements() {
    return blockElements;
  }

  public int blockBytes() {
    return blockBytes;
  }

  /** Bytes of {@code elements} elements, a whole number of blocks. */
  public long bytes(long elements) {
    if (elements % blockElements != 0) {
      throw new IllegalArgumentException(elements + " elements are no whole blocks of " + this);
    }
    return Math.multiplyExact(elements / blockElements, blockBytes);
  }

  /** The type with this ggml id, if Weft reads it. */
  public static Optional<TensorType> of(int id) {
    return Optional.ofNullable(BY_ID.get(id));
  }
}
