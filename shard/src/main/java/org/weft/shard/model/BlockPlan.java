package org.weft.shard.model;

import java.util.List;
import org.weft.shard.kernel.Rope;

/**
 * What one block consists of: everything that {@link BlockSpan} needs to compute it, as data, so
 * that an architecture is a plan and not a class.
 *
 * @param epsilon added to the mean square in both RMS norms
 * @param tensors what the block may have in the file, without the prefix {@code blk.N.}
 */
public record BlockPlan(
    Attention attention,
    Rotary rotary,
    FeedForward feedForward,
    float epsilon,
    List<TensorPlan> tensors) {

  public BlockPlan {
    tensors = List.copyOf(tensors);
  }

  /**
   * Grouped-query attention: {@code heads} share {@code kvHeads}.
   *
   * @param headSize elements of one head of queries, keys or values
   * @param scale what q·k is multiplied by
   * @param window positions that a position sees, its own included; 0 means all before it
   */
  public record Attention(int heads, int kvHeads, int headSize, float scale, int window) {
    /** Rows of the query matrix, columns of the output matrix. */
    public int queryRows() {
      return heads * headSize;
    }

    /** Rows of the key matrix, and of the value matrix. */
    public int kvRows() {
      return kvHeads * headSize;
    }
  }

  /**
   * A gated feed-forward: {@code down(activation(gate(x)) * up(x))}.
   *
   * @param length rows of gate and up, columns of down
   */
  public record FeedForward(int length, Activation activation) {}

  /** What is applied to the gate. */
  public enum Activation {
    SILU
  }

  /**
   * Rotary positions.
   *
   * @param dimensions the leading elements of a head that turn, even
   * @param base of the frequencies {@code base^(-2i / dimensions)}
   * @param attentionFactor what sine and cosine are multiplied by
   * @param factorsTensor whether the file has a tensor that divides each frequency (Llama 3)
   */
  public record Rotary(
      Rope.Pairing pairing,
      int dimensions,
      double base,
      RopeScaling scaling,
      double attentionFactor,
      boolean factorsTensor) {}

  /** How frequencies were stretched to reach a longer context. */
  public sealed interface RopeScaling {
    /** As trained. */
    record None() implements RopeScaling {}

    /** Every angle divided by {@code factor}. */
    record Linear(double factor) implements RopeScaling {}

    /**
     * YaRN (Peng et al., 2023, section 3.4): slow frequencies interpolated, fast ones kept.
     *
     * @param originalContext positions that the model was trained on before
     */
    record Yarn(
        double factor,
        int originalContext,
        double betaFast,
        double betaSlow,
        double extrapolationFactor)
        implements RopeScaling {}
  }

  /**
   * A tensor that a block may have.
   *
   * @param shape in GGUF order: a matrix is [cols, rows], a vector [length]
   */
  public record TensorPlan(Role role, List<Long> shape, boolean optional) {
    public TensorPlan {
      shape = List.copyOf(shape);
    }

    static TensorPlan matrix(Role role, long cols, long rows) {
      return new TensorPlan(role, List.of(cols, rows), false);
    }

    static TensorPlan vector(Role role, long length) {
      return new TensorPlan(role, List.of(length), false);
    }

    static TensorPlan bias(Role role, long length) {
      return new TensorPlan(role, List.of(length), true);
    }

    public boolean isMatrix() {
      return shape.size() == 2;
    }
  }

  /** What a tensor does in a block, and the name that files give it. */
  public enum Role {
    ATTENTION_NORM("attn_norm.weight"),
    QUERY("attn_q.weight"),
    QUERY_BIAS("attn_q.bias"),
    KEY("attn_k.weight"),
    KEY_BIAS("attn_k.bias"),
    VALUE("attn_v.weight"),
    VALUE_BIAS("attn_v.bias"),
    OUTPUT("attn_output.weight"),
    OUTPUT_BIAS("attn_output.bias"),
    FEED_FORWARD_NORM("ffn_norm.weight"),
    GATE("ffn_gate.weight"),
    GATE_BIAS("ffn_gate.bias"),
    UP("ffn_up.weight"),
    UP_BIAS("ffn_up.bias"),
    DOWN("ffn_down.weight"),
    DOWN_BIAS("ffn_down.bias");

    private final String suffix;

    Role(String suffix) {
      this.suffix = suffix;
    }

    /** The name behind {@code blk.N.}. */
    public String suffix() {
      return suffix;
    }

    public String tensorName(int block) {
      return "blk." + block + "." + suffix;
    }
  }
}
