package org.weft.shard.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.gguf.Metadata;
import org.weft.shard.gguf.MetadataType;
import org.weft.shard.gguf.TensorInfo;
import org.weft.shard.kernel.Rope;
import org.weft.shard.model.BlockPlan.Activation;
import org.weft.shard.model.BlockPlan.Attention;
import org.weft.shard.model.BlockPlan.FeedForward;
import org.weft.shard.model.BlockPlan.Role;
import org.weft.shard.model.BlockPlan.RopeScaling;
import org.weft.shard.model.BlockPlan.Rotary;
import org.weft.shard.model.BlockPlan.TensorPlan;

/**
 * Reads a {@link ModelConfig} from a file's metadata. Keys and their meaning are llama.cpp's
 * ({@code gguf-py/gguf/constants.py}); whatever would change the arithmetic and is not computed
 * here is refused, never ignored.
 */
final class ConfigReader {
  private static final int MAX_BLOCKS = 4096;
  private static final int MAX_WIDTH = 1 << 18;
  private static final int MAX_HEADS = 4096;
  private static final int MAX_HEAD_SIZE = 1024;
  private static final int MAX_FEED_FORWARD = 1 << 20;
  private static final int MAX_VOCABULARY = 1 << 24;
  private static final int MAX_CONTEXT = 1 << 27;

  private final GgufFile file;
  private final Metadata metadata;
  private final ArchitectureKeys keys;

  private ConfigReader(GgufFile file, String architecture) {
    this.file = file;
    this.metadata = file.metadata();
    keys = new ArchitectureKeys(metadata, architecture);
  }

  static ModelConfig read(GgufFile file) {
    String architecture =
        file.metadata()
            .string("general.architecture")
            .orElseThrow(() ->
                ArchitectureKeys.format("general.architecture is missing: not a language model"));
    return switch (architecture) {
      case "llama" -> new ConfigReader(file, architecture).llama();
      default ->
          throw ArchitectureKeys.unsupported(
              "the architecture \""
                  + ArchitectureKeys.printable(architecture)
                  + "\" (general.architecture) is not supported; Weft runs models of the"
                  + " architecture \"llama\" (Llama, Mistral, SmolLM2, TinyLlama)");
    };
  }

  private ModelConfig llama() {
    refuseWhatIsNotComputed();
    int blocks = keys.count("block_count", 1, MAX_BLOCKS);
    int width = keys.count("embedding_length", 1, MAX_WIDTH);
    int context = keys.count("context_length", 1, MAX_CONTEXT);
    float epsilon = (float) keys.number("attention.layer_norm_rms_epsilon", 0, 1);
    Attention attention = attention(blocks, width, context);
    Rotary rotary = rotary(attention, context);
    FeedForward feedForward =
        new FeedForward(
            keys.countOfEach(blocks, "feed_forward_length", 1, MAX_FEED_FORWARD), Activation.SILU);
    BlockPlan plan =
        new BlockPlan(
            attention,
            rotary,
            feedForward,
            epsilon,
            llamaTensors(width, attention, feedForward.length()));
    boolean tied = file.tensor(EndsPlan.OUTPUT).isEmpty();
    int vocabulary = vocabulary(width);
    KnownTensors.check(file, blocks, plan);
    return new ModelConfig(
        keys.architecture(),
        name(),
        blocks,
        width,
        vocabulary,
        context,
        new EndsPlan(epsilon, tied),
        Collections.nCopies(blocks, plan));
  }

  /** For people: what the file says there, if it is something that can be read out. */
  private String name() {
    boolean text = metadata.type("general.name").equals(Optional.of(MetadataType.STRING));
    return Optional.of(text ? metadata.string("general.name").orElseThrow() : "")
        .filter(name -> !name.isBlank())
        .orElse("unnamed " + keys.architecture() + " model");
  }

  private void refuseWhatIsNotComputed() {
    if (keys.optionalCount("expert_count", 0, 0, 1 << 20) > 0) {
      throw ArchitectureKeys.unsupported(
          keys.key("expert_count")
              + " is set: models with a mixture of experts are not supported yet");
    }
    if (!metadata.bool(keys.key("attention.causal")).orElse(true)) {
      throw ArchitectureKeys.unsupported(
          keys.key("attention.causal") + " is false: only causal models are supported");
    }
    if (metadata.bool(keys.key("use_parallel_residual")).orElse(false)) {
      throw ArchitectureKeys.unsupported(
          keys.key("use_parallel_residual") + " is true: parallel residuals are not supported");
    }
    for (String scale : List.of("logit_scale", "residual_scale", "embedding_scale")) {
      if (metadata.number(keys.key(scale)).orElse(1.0) != 1.0) {
        throw ArchitectureKeys.unsupported(keys.key(scale) + " is set, which is not supported");
      }
    }
    for (String cap : List.of("attn_logit_softcapping", "final_logit_softcapping")) {
      if (metadata.number(keys.key(cap)).orElse(0.0) != 0.0) {
        throw ArchitectureKeys.unsupported(keys.key(cap) + " is set, which is not supported");
      }
    }
  }

  private Attention attention(int blocks, int width, int context) {
    int heads = keys.countOfEach(blocks, "attention.head_count", 1, MAX_HEADS);
    int kvHeads = keys.optionalCountOfEach(blocks, "attention.head_count_kv", heads, 1, MAX_HEADS);
    if (heads % kvHeads != 0) {
      throw ArchitectureKeys.format(
          keys.key("attention.head_count")
              + " is "
              + heads
              + ", which is no multiple of "
              + keys.key("attention.head_count_kv")
              + " "
              + kvHeads);
    }
    int headSize = headSize("attention.key_length", width, heads);
    int valueSize = headSize("attention.value_length", width, heads);
    if (valueSize != headSize) {
      throw ArchitectureKeys.unsupported(
          keys.key("attention.value_length")
              + " is "
              + valueSize
              + " and "
              + keys.key("attention.key_length")
              + " "
              + headSize
              + ": heads of two sizes are not supported");
    }
    double scale = 1 / Math.sqrt(headSize);
    if (metadata.number(keys.key("attention.scale")).isPresent()) {
      double given = keys.number("attention.scale", 0, 1e6);
      scale = given == 0 ? scale : given;
    }
    return new Attention(heads, kvHeads, headSize, (float) scale, window(context));
  }

  private int window(int context) {
    int window = keys.optionalCount("attention.sliding_window", 0, 0, Integer.MAX_VALUE);
    if (window == 0 || window >= context) {
      return 0;
    }
    String pattern = keys.key("attention.sliding_window_pattern");
    if (metadata.type(pattern).isPresent()) {
      throw ArchitectureKeys.unsupported(
          pattern + " is set: a sliding window in some blocks only is not supported yet");
    }
    return window;
  }

  private int headSize(String suffix, int width, int heads) {
    if (metadata.integer(keys.key(suffix)).isPresent()) {
      return keys.count(suffix, 1, MAX_HEAD_SIZE);
    }
    if (width % heads != 0 || width / heads > MAX_HEAD_SIZE) {
      throw ArchitectureKeys.format(
          keys.key("embedding_length")
              + " "
              + width
              + " cannot be shared by the heads of "
              + keys.key("attention.head_count")
              + " "
              + heads
              + ", and "
              + keys.key(suffix)
              + " is missing");
    }
    return width / heads;
  }

  private Rotary rotary(Attention attention, int context) {
    int dimensions = keys.optionalCount("rope.dimension_count", attention.headSize(), 0, 1 << 20);
    if (dimensions % 2 != 0 || dimensions > attention.headSize()) {
      throw ArchitectureKeys.format(
          keys.key("rope.dimension_count")
              + " is "
              + dimensions
              + ": an even number up to the head size "
              + attention.headSize()
              + " was expected");
    }
    double base =
        metadata.number(keys.key("rope.freq_base")).isPresent()
            ? keys.number("rope.freq_base", 0, 1e12)
            : 10_000;
    double attentionFactor =
        metadata.number(keys.key("rope.scaling.attn_factor")).isPresent()
            ? keys.number("rope.scaling.attn_factor", 0, 1e3)
            : 1;
    boolean factors = file.tensor(RopeFrequencies.FACTORS_TENSOR).isPresent();
    return new Rotary(
        Rope.Pairing.ADJACENT, dimensions, base, scaling(context), attentionFactor, factors);
  }

  private RopeScaling scaling(int context) {
    String type = metadata.string(keys.key("rope.scaling.type")).orElse("linear");
    double factor = ropeFactor();
    return switch (type) {
      case "none" -> new RopeScaling.None();
      case "linear" -> factor == 1 ? new RopeScaling.None() : new RopeScaling.Linear(factor);
      case "yarn" ->
          new RopeScaling.Yarn(
              factor,
              keys.optionalCount("rope.scaling.original_context_length", context, 1, MAX_CONTEXT),
              keys.optionalNumber("rope.scaling.yarn_beta_fast", 32, 0, 1e6),
              keys.optionalNumber("rope.scaling.yarn_beta_slow", 1, 0, 1e6),
              keys.optionalNumber("rope.scaling.yarn_ext_factor", 1, 0, 1));
      default ->
          throw ArchitectureKeys.unsupported(
              keys.key("rope.scaling.type")
                  + " is \""
                  + ArchitectureKeys.printable(type)
                  + "\": none, linear and yarn are supported");
    };
  }

  /** 1 where nothing is said; llama.cpp writes 0 for "not set". */
  private double ropeFactor() {
    for (String suffix : List.of("rope.scaling.factor", "rope.scale_linear")) {
      double factor = keys.optionalNumber(suffix, 0, 0, 1e6);
      if (factor != 0) {
        return factor;
      }
    }
    return 1;
  }

  private static List<TensorPlan> llamaTensors(int width, Attention attention, int feedForward) {
    List<TensorPlan> tensors = new ArrayList<>();
    tensors.add(TensorPlan.vector(Role.ATTENTION_NORM, width));
    tensors.add(TensorPlan.matrix(Role.QUERY, width, attention.queryRows()));
    tensors.add(TensorPlan.matrix(Role.KEY, width, attention.kvRows()));
    tensors.add(TensorPlan.matrix(Role.VALUE, width, attention.kvRows()));
    tensors.add(TensorPlan.matrix(Role.OUTPUT, attention.queryRows(), width));
    tensors.add(TensorPlan.vector(Role.FEED_FORWARD_NORM, width));
    tensors.add(TensorPlan.matrix(Role.GATE, width, feedForward));
    tensors.add(TensorPlan.matrix(Role.UP, width, feedForward));
    tensors.add(TensorPlan.matrix(Role.DOWN, feedForward, width));
    tensors.add(TensorPlan.bias(Role.QUERY_BIAS, attention.queryRows()));
    tensors.add(TensorPlan.bias(Role.KEY_BIAS, attention.kvRows()));
    tensors.add(TensorPlan.bias(Role.VALUE_BIAS, attention.kvRows()));
    tensors.add(TensorPlan.bias(Role.OUTPUT_BIAS, width));
    tensors.add(TensorPlan.bias(Role.GATE_BIAS, feedForward));
    tensors.add(TensorPlan.bias(Role.UP_BIAS, feedForward));
    tensors.add(TensorPlan.bias(Role.DOWN_BIAS, width));
    return tensors;
  }

  private int vocabulary(int width) {
    TensorInfo embedding =
        file.tensor(EndsPlan.EMBEDDING)
            .orElseThrow(
                () -> ArchitectureKeys.format("the tensor " + EndsPlan.EMBEDDING + " is missing"));
    List<Long> shape = embedding.shape();
    if (shape.size() != 2 || shape.get(0) != width || shape.get(1) > MAX_VOCABULARY) {
      throw ArchitectureKeys.format(
          "the tensor "
              + EndsPlan.EMBEDDING
              + " has the shape "
              + shape
              + ", but "
              + keys.key("embedding_length")
              + " "
              + width
              + " asks for ["
              + width
              + ", vocabulary]");
    }
    return Math.toIntExact(shape.get(1));
  }
}
