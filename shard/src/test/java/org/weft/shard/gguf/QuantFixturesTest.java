package org.weft.shard.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That the fixtures are what they say, before kernels are judged by them. */
class QuantFixturesTest {
  @ParameterizedTest
  @EnumSource
  void shouldHoldWholeRowsWhenTypeIsRead(TensorType type) {
    QuantFixtures fixture = QuantFixtures.of(type);
    long elements = (long) fixture.rows() * fixture.columns();
    assertEquals(type.bytes(elements), fixture.raw().length);
    assertEquals(elements, fixture.values().length);
    for (float value : fixture.values()) {
      assertTrue(Float.isFinite(value), "a value is not finite");
    }
  }

  @Test
  void shouldAgreeWithTheDefinitionWhenTypeIsQ4K() {
    QuantFixtures fixture = QuantFixtures.of(TensorType.Q4_K);
    ByteBuffer raw = ByteBuffer.wrap(fixture.raw()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < fixture.values().length; i++) {
      int block = i / 256 * 144;
      int sub = i % 256 / 32;
      double scale = Float.float16ToFloat(raw.getShort(block)) * (double) scale(raw, block, sub);
      double min = Float.float16ToFloat(raw.getShort(block + 2)) * (double) min(raw, block, sub);
      int pair = raw.get(block + 16 + sub / 2 * 32 + i % 32) & 0xff;
      int quant = sub % 2 == 0 ? pair & 15 : pair >> 4;
      assertEquals((float) (scale * quant - min) + 0f, fixture.values()[i] + 0f, "element " + i);
    }
  }

  /** Six bits, packed as ggml's get_scale_min_k4 unpacks them. */
  private static int scale(ByteBuffer raw, int block, int sub) {
    int low = raw.get(block + 4 + sub % 4 + (sub < 4 ? 0 : 8)) & 0xff;
    return sub < 4 ? low & 63 : low & 15 | (raw.get(block + 4 + sub - 4) & 0xff) >> 6 << 4;
  }

  private static int min(ByteBuffer raw, int block, int sub) {
    int high = raw.get(block + 4 + sub + 4) & 0xff;
    return sub < 4 ? high & 63 : high >> 4 | (raw.get(block + 4 + sub) & 0xff) >> 6 << 4;
  }
}
