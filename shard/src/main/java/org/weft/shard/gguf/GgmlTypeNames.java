package org.weft.shard.gguf;

import java.util.Map;

/**
 * The names of ggml's tensor types, those too that Weft does not read, so that a refusal can say
 * what it met. Source: {@code enum ggml_type} in ggml.h; the ids left out were removed there.
 */
final class GgmlTypeNames {
  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(0, "F32"),
          Map.entry(1, "F16"),
          Map.entry(2, "Q4_0"),
          Map.entry(3, "Q4_1"),
          Map.entry(4, "Q4_2 (withdrawn)"),
          Map.entry(5, "Q4_3 (withdrawn)"),
          Map.entry(6, "Q5_0"),
          Map.entry(7, "Q5_1"),
          Map.entry(8, "Q8_0"),
          Map.entry(9, "Q8_1"),
          Map.entry(10, "Q2_K"),
          Map.entry(11, "Q3_K"),
          Map.entry(12, "Q4_K"),
          Map.entry(13, "Q5_K"),
          Map.entry(14, "Q6_K"),
          Map.entry(15, "Q8_K"),
          Map.entry(16, "IQ2_XXS"),
          Map.entry(17, "IQ2_XS"),
          Map.entry(18, "IQ3_XXS"),
          Map.entry(19, "IQ1_S"),
          Map.entry(20, "IQ4_NL"),
          Map.entry(21, "IQ3_S"),
          Map.entry(22, "IQ2_S"),
          Map.entry(23, "IQ4_XS"),
          Map.entry(24, "I8"),
          Map.entry(25, "I16"),
          Map.entry(26, "I32"),
          Map.entry(27, "I64"),
          Map.entry(28, "F64"),
          Map.entry(29, "IQ1_M"),
          Map.entry(30, "BF16"),
          Map.entry(31, "Q4_0_4_4 (withdrawn)"),
          Map.entry(32, "Q4_0_4_8 (withdrawn)"),
          Map.entry(33, "Q4_0_8_8 (withdrawn)"),
          Map.entry(34, "TQ1_0"),
          Map.entry(35, "TQ2_0"),
          Map.entry(36, "IQ4_NL_4_4 (withdrawn)"),
          Map.entry(37, "IQ4_NL_4_8 (withdrawn)"),
          Map.entry(38, "IQ4_NL_8_8 (withdrawn)"),
          Map.entry(39, "MXFP4"),
          Map.entry(40, "NVFP4"),
          Map.entry(41, "Q1_0"));

  private GgmlTypeNames() {}

  /** For example {@code type IQ2_XXS}, or {@code the unknown type 99}. */
  static String describe(int id) {
    String name = NAMES.get(id);
    return name == null ? "the unknown type " + Integer.toUnsignedString(id) : "type " + name;
  }
}
