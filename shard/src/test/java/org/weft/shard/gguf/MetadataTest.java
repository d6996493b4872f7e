package org.weft.shard.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

class MetadataTest {
  @TempDir Path folder;

  private Metadata metadata(GgufWriter writer) {
    try (GgufFile file = GgufFile.open(writer.write(folder.resolve("m.gguf")))) {
      return file.metadata();
    }
  }

  private static void refused(String says, Executable access) {
    ShardException e = assertThrows(ShardException.class, access);
    assertEquals(ShardError.FORMAT, e.error());
    assertTrue(e.getMessage().contains(says), e.getMessage());
    assertTrue(e.getMessage().contains("m.gguf"), e.getMessage());
  }

  @Test
  void shouldGiveEveryScalarBackWhenTypeIsRight() {
    Metadata m =
        metadata(
            new GgufWriter()
                .u8("u8", 200)
                .i8("i8", -100)
                .u16("u16", 60_000)
                .i16("i16", -30_000)
                .u32("u32", -1)
                .i32("i32", -1)
                .u64("u64", Long.MAX_VALUE)
                .i64("i64", Long.MIN_VALUE)
                .f32("f32", 0.1f)
                .f64("f64", 0.1)
                .bool("yes", true)
                .bool("no", false)
                .string("text", "naïve 🙂"));
    assertEquals(200, m.integer("u8").orElseThrow());
    assertEquals(-100, m.integer("i8").orElseThrow());
    assertEquals(60_000, m.integer("u16").orElseThrow());
    assertEquals(-30_000, m.integer("i16").orElseThrow());
    assertEquals(4_294_967_295L, m.integer("u32").orElseThrow());
    assertEquals(-1, m.integer("i32").orElseThrow());
    assertEquals(Long.MAX_VALUE, m.integer("u64").orElseThrow());
    assertEquals(Long.MIN_VALUE, m.integer("i64").orElseThrow());
    assertEquals((double) 0.1f, m.number("f32").orElseThrow());
    assertEquals(0.1, m.number("f64").orElseThrow());
    assertEquals(200.0, m.number("u8").orElseThrow());
    assertTrue(m.bool("yes").orElseThrow());
    assertEquals(Optional.of(false), m.bool("no"));
    assertEquals("naïve 🙂", m.string("text").orElseThrow());
    assertEquals(Optional.of(MetadataType.UINT16), m.type("u16"));
    assertEquals(13, m.keys().size());
    assertEquals("u8", m.keys().getFirst());
  }

  @Test
  void shouldGiveEveryArrayBackWhenTypeIsRight() {
    Metadata m =
        metadata(
            new GgufWriter()
                .strings("strings", List.of("a", "", "é"))
                .integers("integers", 1, -2, 3)
                .array("bytes", MetadataType.UINT8.ordinal(), 2, new byte[] {1, -1})
                .array("bools", MetadataType.BOOL.ordinal(), 2, new byte[] {1, 0})
                .array(
                    "longs", MetadataType.UINT64.ordinal(), 1, new byte[] {0, 0, 0, 0, 1, 0, 0, 0})
                .array("none", MetadataType.STRING.ordinal(), 0, new byte[0])
                .numbers("numbers", 0.5f, Float.NaN));
    assertEquals(List.of("a", "", "é"), m.strings("strings").orElseThrow());
    assertArrayEquals(new byte[] {(byte) 0xc3, (byte) 0xa9}, bytes(m, "strings")[2]);
    assertArrayEquals(new int[] {1, -2, 3}, m.integers("integers").orElseThrow());
    assertArrayEquals(new int[] {1, 255}, m.integers("bytes").orElseThrow());
    assertArrayEquals(new boolean[] {true, false}, m.bools("bools").orElseThrow());
    assertArrayEquals(new long[] {1L << 32}, m.longs("longs").orElseThrow());
    assertArrayEquals(new float[] {0.5f, Float.NaN}, m.numbers("numbers").orElseThrow());
    assertArrayEquals(new double[] {0.5, Double.NaN}, m.doubles("numbers").orElseThrow());
    assertEquals(List.of(), m.strings("none").orElseThrow());
    assertEquals(Optional.of(3), m.elementCount("strings"));
    assertEquals(Optional.of(MetadataType.INT32), m.elementType("integers"));
    refused("beyond 32 bits", () -> m.integers("longs"));
  }

  @Test
  void shouldNameTheKeyWhenTypeIsWrong() {
    Metadata m =
        metadata(
            new GgufWriter()
                .string("s", "x")
                .f32("f", 1)
                .u64("big", -1)
                .i64("odd", (1L << 53) + 1)
                .integers("is", 1)
                .strings("ss", List.of("x")));
    refused("'s' is STRING, and should be an integer", () -> m.integer("s"));
    refused("'s' is STRING, and should be an array of strings", () -> m.strings("s"));
    refused("'f' is FLOAT32, and should be an integer", () -> m.integer("f"));
    refused("'f' is FLOAT32, and should be a truth value", () -> m.bool("f"));
    refused("'is' is an array of INT32, and should be a string", () -> m.string("is"));
    refused("'is' is an array of INT32, and should be an integer", () -> m.integer("is"));
    refused("'is' is an array of INT32, and should be an array of strings", () -> m.strings("is"));
    refused("'ss' is an array of STRING, and should be an array of", () -> m.integers("ss"));
    refused("'ss'", () -> m.numbers("ss"));
    refused("'big' holds 18446744073709551615", () -> m.integer("big"));
    refused("'odd'", () -> m.number("odd"));
  }

  @Test
  void shouldBeEmptyWhenKeyIsMissing() {
    Metadata m = metadata(new GgufWriter());
    assertEquals(Optional.empty(), m.string("k"));
    assertEquals(Optional.empty(), m.integer("k"));
    assertEquals(Optional.empty(), m.number("k"));
    assertEquals(Optional.empty(), m.bool("k"));
    assertEquals(Optional.empty(), m.strings("k"));
    assertEquals(Optional.empty(), m.stringBytes("k"));
    assertEquals(Optional.empty(), m.integers("k"));
    assertEquals(Optional.empty(), m.numbers("k"));
    assertEquals(Optional.empty(), m.doubles("k"));
    assertEquals(Optional.empty(), m.bools("k"));
    assertEquals(Optional.empty(), m.type("k"));
    assertEquals(Optional.empty(), m.elementCount("k"));
  }

  @Test
  void shouldKeepRawBytesWhenStringIsIllFormed() {
    byte[] element = {2, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, 'x'};
    Metadata m = metadata(new GgufWriter().array("k", MetadataType.STRING.ordinal(), 1, element));
    assertEquals(List.of("\uFFFDx"), m.strings("k").orElseThrow());
    assertArrayEquals(new byte[] {(byte) 0xff, 'x'}, bytes(m, "k")[0]);
  }

  private static byte[][] bytes(Metadata metadata, String key) {
    return metadata.stringBytes(key).orElseThrow();
  }
}
