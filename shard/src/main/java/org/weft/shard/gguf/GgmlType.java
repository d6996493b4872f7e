package org.weft.shard.gguf;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How a file can store a tensor: ggml's types with id, elements and bytes of a block. Those that
 * Weft computes with are {@link TensorType}s; a file with others can still be described. Sources:
 * {@code enum ggml_type} in ggml.h, the block structures in ggml-common.h.
 */
public enum GgmlType {
  F32(0, 1, 4),
  F16(1, 1, 2),
  Q4_0(2, 32, 18),
  Q4_1(3, 32, 20),
  Q5_0(6, 32, 22),
  Q5_1(7, 32, 24),
  Q8_0(8, 32, 34),
  Q8_1(9, 32, 36),
  Q2_K(10, 256, 84),
  Q3_K(11, 256, 110),
  Q4_K(12, 256, 144),
  Q5_K(13, 256, 176),
  Q6_K(14, 256, 210),
  Q8_K(15, 256, 292),
  IQ2_XXS(16, 256, 66),
  IQ2_XS(17, 256, 74),
  IQ3_XXS(18, 256, 98),
  IQ1_S(19, 256, 50),
  IQ4_NL(20, 32, 18),
  IQ3_S(21, 256, 110),
  IQ2_S(22, 256, 82),
  IQ4_XS(23, 256, 136),
  I8(24, 1, 1),
  I16(25, 1, 2),
  I32(26, 1, 4),
  I64(27, 1, 8),
  F64(28, 1, 8),
  IQ1_M(29, 256, 56),
  BF16(30, 1, 2),
  TQ1_0(34, 256, 54),
  TQ2_0(35, 256, 66),
  MXFP4(39, 32, 17),
  NVFP4(40, 64, 36),
  Q1_0(41, 128, 18);

  /** Ids that ggml has taken back: how long a block of them was is no longer defined. */
  private static final Map<Integer, String> WITHDRAWN =
      Map.of(
          4, "Q4_2",
          5, "Q4_3",
          31, "Q4_0_4_4",
          32, "Q4_0_4_8",
          33, "Q4_0_8_8",
          36, "IQ4_NL_4_4",
          37, "IQ4_NL_4_8",
          38, "IQ4_NL_8_8");

  private static final Map<Integer, GgmlType> BY_ID =
      Arrays.stream(values()).collect(Collectors.toMap(GgmlType::id, Function.identity()));

  private final int id;
  private final int blockElements;
  private final int blockBytes;

  GgmlType(int id, int blockElements, int blockBytes) {
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

  /** The type with this id; empty for one that is unknown or withdrawn. */
  static Optional<GgmlType> of(int id) {
    return Optional.ofNullable(BY_ID.get(id));
  }

  /** What to call an id that is no type: {@code the withdrawn type Q4_2}, for example. */
  static String describeUnknown(int id) {
    String withdrawn = WITHDRAWN.get(id);
    return withdrawn == null
        ? "the unknown type " + Integer.toUnsignedString(id)
        : "the withdrawn type " + withdrawn;
  }
}
