package org.weft.shard.model;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.gguf.Metadata;
import org.weft.shard.gguf.TensorInfo;
import org.weft.shard.gguf.TensorType;

/**
 * The llama forward pass in double over exactly dequantised weights: what the code under test is
 * compared with. It reads the metadata for itself, computes whole sequences with no cache, and
 * rounds only where the definition does above f32: keys and values to half precision, and inputs of
 * quantised matrices to int8.
 */
final class ReferenceModel {
  private final GgufFile file;
  private final Map<String, double[]> tensors = new HashMap<>();
  private final int blocks;
  private final int width;
  private final int heads;
  private final int kvHeads;
  private final int keyLength;
  private final int valueLength;
  private final int feedForward;
  private final int window;
  private final double epsilon;
  private final boolean int8;

  /** {@code int8}: whether the inputs of quantised matrices are rounded as the definition says. */
  ReferenceModel(GgufFile file, boolean int8) {
    this.file = file;
    this.int8 = int8;
    blocks = integer("block_count", -1);
    width = integer("embedding_length", -1);
    heads = integer("attention.head_count", -1);
    kvHeads = integer("attention.head_count_kv", heads);
    keyLength = integer("attention.key_length", width / heads);
    valueLength = integer("attention.value_length", width / heads);
    feedForward = integer("feed_forward_length", -1);
    window = integer("attention.sliding_window", 0);
    epsilon = number("attention.layer_norm_rms_epsilon", Double.NaN);
  }

  /** Logits after every position: [ids, vocabulary]. */
  double[][] logits(int[] ids) {
    double[][] hidden = new double[ids.length][];
    double[] embedding = tensor("token_embd.weight");
    for (int t = 0; t < ids.length; t++) {
      hidden[t] = Arrays.copyOfRange(embedding, ids[t] * width, (ids[t] + 1) * width);
    }
    for (int block = 0; block < blocks; block++) {
      block("blk." + block + ".", hidden);
    }
    String output = file.tensor("output.weight").isPresent() ? "output" : "token_embd";
    double[][] logits = new double[ids.length][];
    for (int t = 0; t < ids.length; t++) {
      logits[t] = times(output, norm(hidden[t], "output_norm"));
    }
    return logits;
  }

  private void block(String prefix, double[][] hidden) {
    int n = hidden.length;
    double[][] queries = new double[n][];
    double[][] keys = new double[n][];
    double[][] values = new double[n][];
    for (int t = 0; t < n; t++) {
      double[] x = norm(hidden[t], prefix + "attn_norm");
      queries[t] = times(prefix + "attn_q", x);
      keys[t] = times(prefix + "attn_k", x);
      values[t] = times(prefix + "attn_v", x);
      turn(queries[t], t);
      turn(keys[t], t);
      roundToHalf(keys[t]);
      roundToHalf(values[t]);
    }
    for (int t = 0; t < n; t++) {
      double[] attended = attend(queries[t], keys, values, t);
      add(hidden[t], times(prefix + "attn_output", attended));
      double[] x = norm(hidden[t], prefix + "ffn_norm");
      double[] gate = times(prefix + "ffn_gate", x);
      double[] up = times(prefix + "ffn_up", x);
      for (int i = 0; i < feedForward; i++) {
        gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
      }
      add(hidden[t], times(prefix + "ffn_down", gate));
    }
  }

  private double[] attend(double[] query, double[][] keys, double[][] values, int t) {
    int from = window == 0 ? 0 : Math.max(0, t - window + 1);
    double[] out = new double[heads * valueLength];
    for (int h = 0; h < heads; h++) {
      int kv = h / (heads / kvHeads);
      double[] weights = new double[t + 1];
      double max = Double.NEGATIVE_INFINITY;
      for (int p = from; p <= t; p++) {
        for (int i = 0; i < keyLength; i++) {
          weights[p] += query[h * keyLength + i] * keys[p][kv * keyLength + i];
        }
        weights[p] /= Math.sqrt(keyLength);
        max = Math.max(max, weights[p]);
      }
      double sum = 0;
      for (int p = from; p <= t; p++) {
        weights[p] = Math.exp(weights[p] - max);
        sum += weights[p];
      }
      for (int p = from; p <= t; p++) {
        for (int i = 0; i < valueLength; i++) {
          out[h * valueLength + i] += weights[p] / sum * values[p][kv * valueLength + i];
        }
      }
    }
    return out;
  }

  /** Rotary positions over adjacent pairs. */
  private void turn(double[] x, int position) {
    int dimensions = integer("rope.dimension_count", keyLength);
    double magnitude = number("rope.scaling.attn_factor", 1);
    boolean yarn = "yarn".equals(string("rope.scaling.type"));
    if (yarn) {
      magnitude *= 1 + 0.1 * Math.log(number("rope.scaling.factor", 1));
    }
    for (int head = 0; head < x.length; head += keyLength) {
      for (int i = 0; i < dimensions / 2; i++) {
        double angle = position * frequency(i, dimensions, yarn);
        double cos = Math.cos(angle) * magnitude;
        double sin = Math.sin(angle) * magnitude;
        double x0 = x[head + 2 * i];
        double x1 = x[head + 2 * i + 1];
        x[head + 2 * i] = x0 * cos - x1 * sin;
        x[head + 2 * i + 1] = x0 * sin + x1 * cos;
      }
    }
  }

  private double frequency(int i, int dimensions, boolean yarn) {
    double base = number("rope.freq_base", 10_000);
    double frequency = Math.pow(base, -2.0 * i / dimensions);
    if (file.tensor("rope_freqs.weight").isPresent()) {
      frequency /= tensor("rope_freqs.weight")[i];
    }
    double factor = number("rope.scaling.factor", 1);
    if ("none".equals(string("rope.scaling.type"))) {
      return frequency;
    }
    if (!yarn) {
      return frequency / factor;
    }
    double original = integer("rope.scaling.original_context_length", 0);
    double fast = Math.floor(turns(original, 32, dimensions, base));
    double slow = Math.ceil(turns(original, 1, dimensions, base));
    double ramp =
        (i - Math.max(0, fast))
            / Math.max(0.001, Math.min(dimensions - 1, slow) - Math.max(0, fast));
    double keep = 1 - Math.clamp(ramp, 0, 1);
    return frequency / factor * (1 - keep) + frequency * keep;
  }

  /** The dimension that makes {@code turns} turns over the original context. */
  private static double turns(double original, double turns, int dimensions, double base) {
    return dimensions * Math.log(original / (turns * 2 * Math.PI)) / (2 * Math.log(base));
  }

  private double[] norm(double[] x, String name) {
    double[] weight = tensor(name + ".weight");
    double sum = 0;
    for (double v : x) {
      sum += v * v;
    }
    double r = 1 / Math.sqrt(sum / x.length + epsilon);
    double[] out = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      out[i] = x[i] * r * weight[i];
    }
    return out;
  }

  private double[] times(String name, double[] x) {
    TensorInfo info = file.tensor(name + ".weight").orElseThrow();
    double[] matrix = tensor(name + ".weight");
    double[] in = int8 && quantized(info.computedType()) ? roundToInt8(x) : x;
    double[] out = new double[Math.toIntExact(info.shape().get(1))];
    for (int row = 0; row < out.length; row++) {
      double sum = 0;
      for (int i = 0; i < in.length; i++) {
        sum += matrix[row * in.length + i] * in[i];
      }
      out[row] = sum;
    }
    if (file.tensor(name + ".bias").isPresent()) {
      add(out, tensor(name + ".bias"));
    }
    return out;
  }

  private static boolean quantized(TensorType type) {
    return switch (type) {
      case F32, F16, BF16 -> false;
      case Q8_0, Q4_0, Q4_1, Q4_K, Q5_K, Q6_K -> true;
    };
  }

  private static double[] roundToInt8(double[] x) {
    double[] out = new double[x.length];
    for (int block = 0; block < x.length; block += 32) {
      float max = 0;
      for (int i = block; i < block + 32; i++) {
        max = Math.max(max, Math.abs((float) x[i]));
      }
      float d = max / 127;
      float inverse = 127 / max;
      for (int i = block; i < block + 32; i++) {
        out[i] = max == 0 ? 0 : d * Math.rint((float) x[i] * inverse);
      }
    }
    return out;
  }

  private static void roundToHalf(double[] x) {
    for (int i = 0; i < x.length; i++) {
      x[i] = Float.float16ToFloat(Float.floatToFloat16((float) x[i]));
    }
  }

  private static void add(double[] to, double[] what) {
    for (int i = 0; i < to.length; i++) {
      to[i] += what[i];
    }
  }

  private double[] tensor(String name) {
    return tensors.computeIfAbsent(
        name,
        n -> {
          TensorInfo info = file.tensor(n).orElseThrow();
          List<Long> shape = info.shape();
          int count = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
          return Dequantizer.values(info.computedType(), file.data(info), count);
        });
  }

  private int integer(String suffix, int otherwise) {
    Metadata metadata = file.metadata();
    return metadata.integer("llama." + suffix).orElse((long) otherwise).intValue();
  }

  private double number(String suffix, double otherwise) {
    return file.metadata().number("llama." + suffix).orElse(otherwise);
  }

  private String string(String suffix) {
    return file.metadata().string("llama." + suffix).orElse("");
  }
}
