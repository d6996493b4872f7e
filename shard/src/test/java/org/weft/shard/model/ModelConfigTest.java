package org.weft.shard.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.shard.ShardError;
import org.weft.shard.gguf.GgmlType;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.gguf.GgufWriter;

class ModelConfigTest {
  @TempDir Path folder;

  private ModelConfig read(Consumer<GgufWriter> change) {
    GgufWriter writer = new GgufWriter();
    change.accept(writer);
    try (GgufFile file = GgufFile.open(writer.write(folder.resolve("model.gguf")))) {
      return ModelConfig.of(file);
    }
  }

  private void refused(ShardError error, Consumer<GgufWriter> change, String... names) {
    Refusal.expect(error, () -> read(change), names);
  }

  /** The least that a llama has, but for {@code without}. */
  private static void llama(GgufWriter writer, String without) {
    writer.string("general.architecture", "llama");
    if (!without.equals("block_count")) {
      writer.u32("llama.block_count", 3);
    }
    if (!without.equals("embedding_length")) {
      writer.u32("llama.embedding_length", 64);
    }
    if (!without.equals("context_length")) {
      writer.u32("llama.context_length", 2048);
    }
    if (!without.equals("feed_forward_length")) {
      writer.u32("llama.feed_forward_length", 128);
    }
    if (!without.equals("attention.head_count")) {
      writer.u32("llama.attention.head_count", 4);
    }
    if (!without.equals("attention.layer_norm_rms_epsilon")) {
      writer.f32("llama.attention.layer_norm_rms_epsilon", 1e-5f);
    }
    writer.floats("token_embd.weight", new long[] {64, 10}, new float[640]);
  }

  @Test
  void shouldReadDefaultsWhenFileSaysLittle() {
    ModelConfig config = read(writer -> llama(writer, ""));
    assertEquals("llama", config.architecture());
    assertEquals(3, config.blocks());
    assertEquals(64, config.width());
    assertEquals(10, config.vocabulary());
    assertEquals(2048, config.context());
    assertTrue(config.ends().tied());
    BlockPlan plan = config.plan(2);
    assertEquals(new BlockPlan.Attention(4, 4, 16, 0.25f, 0), plan.attention());
    assertEquals(16, plan.rotary().dimensions());
    assertEquals(10_000, plan.rotary().base());
    assertInstanceOf(BlockPlan.RopeScaling.None.class, plan.rotary().scaling());
    assertEquals(1e-5f, plan.epsilon());
  }

  @Test
  void shouldReadWhatTheFileSaysWhenItSaysMuch() {
    ModelConfig config =
        read(writer -> {
          llama(writer, "");
          writer.string("general.name", "Much");
          writer.u32("llama.attention.head_count_kv", 2);
          writer.u32("llama.attention.key_length", 32).u32("llama.attention.value_length", 32);
          writer.u32("llama.attention.sliding_window", 1024);
          writer.f32("llama.rope.freq_base", 5e5f).u32("llama.rope.dimension_count", 24);
          writer.string("llama.rope.scaling.type", "yarn");
          writer.f32("llama.rope.scaling.factor", 4);
          writer.u32("llama.rope.scaling.original_context_length", 512);
          writer.floats("output.weight", new long[] {64, 10}, new float[640]);
        });
    assertEquals("Much", config.name());
    assertFalse(config.ends().tied());
    BlockPlan plan = config.plan(0);
    float scale = (float) (1 / Math.sqrt(32));
    assertEquals(new BlockPlan.Attention(4, 2, 32, scale, 1024), plan.attention());
    assertEquals(24, plan.rotary().dimensions());
    assertEquals(5e5, plan.rotary().base());
    assertEquals(new BlockPlan.RopeScaling.Yarn(4, 512, 32, 1, 1), plan.rotary().scaling());
  }

  @ParameterizedTest
  @CsvSource({
    "block_count",
    "embedding_length",
    "context_length",
    "feed_forward_length",
    "attention.head_count",
    "attention.layer_norm_rms_epsilon"
  })
  void shouldNameTheKeyWhenItIsMissing(String key) {
    refused(ShardError.FORMAT, writer -> llama(writer, key), "llama." + key);
  }

  @ParameterizedTest
  @CsvSource({
    "block_count,0",
    "block_count,2000000000",
    "embedding_length,-1",
    "context_length,0",
    "feed_forward_length,-5",
    "attention.head_count,0",
    "attention.head_count,5",
    "attention.head_count_kv,3",
    "attention.head_count_kv,0",
    "attention.key_length,100000",
    "rope.dimension_count,17",
    "rope.dimension_count,18",
    "attention.sliding_window,-1",
    "rope.freq_base,-1",
    "rope.scaling.factor,-2"
  })
  void shouldNameTheKeyWhenItsNumberCannotBe(String key, int value) {
    refused(
        ShardError.FORMAT,
        writer -> {
          llama(writer, key);
          writer.i32("llama." + key, value);
        },
        "llama." + key,
        Integer.toString(value));
  }

  @Test
  void shouldNameWhatIsNotSupportedWhenItIsNot() {
    refused(
        ShardError.UNSUPPORTED,
        writer -> writer.string("general.architecture", "falcon\n7"),
        "falcon?7");
    refused(
        ShardError.UNSUPPORTED,
        writer -> {
          llama(writer, "");
          writer.u32("llama.expert_count", 8);
        },
        "llama.expert_count");
    refused(
        ShardError.UNSUPPORTED,
        writer -> {
          llama(writer, "");
          writer.string("llama.rope.scaling.type", "longrope");
        },
        "llama.rope.scaling.type",
        "longrope");
    refused(
        ShardError.UNSUPPORTED,
        writer -> {
          llama(writer, "");
          writer.u32("llama.attention.key_length", 32).u32("llama.attention.value_length", 16);
        },
        "llama.attention.value_length");
    refused(ShardError.FORMAT, writer -> writer.string("general.name", "nothing"), "architecture");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "output.bias",
        "output_norm.bias",
        "token_embd_norm.weight",
        "rope_factors_long.weight",
        "blk.0.attn_q_norm.weight",
        "blk.2.ffn_gate_exps.weight",
        "blk.02.attn_q.bias",
        "blk.attn_q.bias",
        "x"
      })
  void shouldNameTheTensorWhenItHasNoPlaceInTheModel(String name) {
    refused(
        ShardError.UNSUPPORTED,
        writer -> {
          llama(writer, "");
          writer.floats(name, new long[] {64}, new float[64]);
        },
        "the tensor " + name + " ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"blk.3.attn_norm.weight", "blk.7.ffn_up.bias"})
  void shouldNameTheTensorWhenItIsBeyondTheBlocks(String name) {
    refused(
        ShardError.UNSUPPORTED,
        writer -> {
          llama(writer, "");
          writer.floats(name, new long[] {64}, new float[64]);
        },
        "the tensor " + name + " ",
        "3 blocks");
  }

  @Test
  void shouldAcceptEveryTensorThatIsComputedOrMadeAnew() {
    ModelConfig config =
        read(writer -> {
          llama(writer, "");
          for (String name :
              List.of(
                  "output_norm.weight",
                  "output.weight",
                  "rope_freqs.weight",
                  "blk.0.attn_rot_embd",
                  "blk.2.attn_rot_embd.weight")) {
            writer.floats(name, new long[] {64}, new float[64]);
          }
          for (BlockPlan.Role role : BlockPlan.Role.values()) {
            writer.floats(role.tensorName(2), new long[] {64}, new float[64]);
          }
        });
    assertEquals(3, config.blocks());
  }

  @Test
  void shouldNameTensorAndTypeWhenItIsNotRead() {
    refused(
        ShardError.UNSUPPORTED,
        writer -> {
          llama(writer, "");
          byte[] blocks = new byte[GgmlType.Q5_0.blockBytes() * 2];
          writer.tensor(
              "blk.1.attn_q.weight", GgmlType.Q5_0.id(), new long[] {64}, 64 * 40, blocks);
        },
        "tensor 'blk.1.attn_q.weight' has type Q5_0, which Weft does not read yet");
  }

  @Test
  void shouldCallAModelUnnamedWhenItsNameCannotBeRead() {
    for (Consumer<GgufWriter> name :
        List.<Consumer<GgufWriter>>of(
            writer -> {},
            writer -> writer.string("general.name", " \t"),
            writer -> writer.u32("general.name", 7),
            writer -> writer.strings("general.name", List.of("a", "b")))) {
      ModelConfig config =
          read(writer -> {
            llama(writer, "");
            name.accept(writer);
          });
      assertEquals("unnamed llama model", config.name());
    }
  }

  @Test
  void shouldReadOneNumberWhenAFileGivesItForEachBlock() {
    ModelConfig config =
        read(writer -> {
          llama(writer, "attention.head_count");
          writer.integers("llama.attention.head_count", 4, 4, 4);
          writer.integers("llama.attention.head_count_kv", 2, 2, 2);
        });
    assertEquals(4, config.plan(0).attention().heads());
    assertEquals(2, config.plan(0).attention().kvHeads());
  }

  @ParameterizedTest
  @ValueSource(strings = {"feed_forward_length", "attention.head_count", "attention.head_count_kv"})
  void shouldNameTheKeyWhenBlocksDiffer(String key) {
    refused(
        ShardError.UNSUPPORTED,
        writer -> {
          llama(writer, key);
          writer.integers("llama." + key, 4, 4, 2);
        },
        "llama." + key,
        "4 for block 0 and 2 for block 2");
    refused(
        ShardError.FORMAT,
        writer -> {
          llama(writer, key);
          writer.integers("llama." + key, 4, 4);
        },
        "llama." + key,
        "2 entries",
        "3 blocks");
    refused(
        ShardError.FORMAT,
        writer -> {
          llama(writer, key);
          writer.integers("llama." + key, -4, -4, -4);
        },
        "llama." + key,
        "-4");
  }

  @Test
  void shouldRefuseAPatternOfWindowsOnlyWhereThereAreWindows() {
    refused(
        ShardError.UNSUPPORTED,
        writer -> {
          llama(writer, "");
          writer.u32("llama.attention.sliding_window", 8);
          writer.u32("llama.attention.sliding_window_pattern", 4);
        },
        "llama.attention.sliding_window_pattern");
    ModelConfig config =
        read(writer -> {
          llama(writer, "");
          writer.u32("llama.attention.sliding_window", 2048);
          writer.u32("llama.attention.sliding_window_pattern", 4);
        });
    assertEquals(0, config.plan(0).attention().window());
  }

  @Test
  void shouldNameTheEmbeddingWhenItDoesNotFit() {
    refused(
        ShardError.FORMAT,
        writer -> {
          llama(writer, "embedding_length");
          writer.u32("llama.embedding_length", 128);
        },
        "token_embd.weight",
        "128");
  }
}
