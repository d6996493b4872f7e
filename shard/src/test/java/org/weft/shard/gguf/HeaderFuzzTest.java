package org.weft.shard.gguf;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.weft.shard.ShardException;

/** Bytes of any kind are read or refused: no other exception, no allocation beyond their size. */
class HeaderFuzzTest {
  @FuzzTest(maxDuration = "60s")
  void shouldReadOrRefuseWhenBytesAreHostile(byte[] bytes) {
    // Off the heap, as a mapping is.
    MemorySegment segment;
    try (var arena = java.lang.foreign.Arena.ofConfined()) {
      segment = arena.allocate(Math.max(1, bytes.length)).asSlice(0, bytes.length);
      MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
      readAll(segment);
    } catch (ShardException refused) {
      assertTrue(refused.getMessage().startsWith("fuzz.gguf "), refused.getMessage());
    }
  }

  private static void readAll(MemorySegment segment) {
    Header header = HeaderReader.read("fuzz.gguf", 0, segment);
    for (TensorInfo tensor : header.tensors()) {
      segment.asSlice(tensor.offset(), tensor.bytes());
    }
    Metadata metadata = header.metadata();
    for (String key : metadata.keys()) {
      MetadataType type = metadata.type(key).orElseThrow();
      switch (type) {
        case STRING -> metadata.string(key);
        case BOOL -> metadata.bool(key);
        case ARRAY -> readArray(metadata, key);
        case FLOAT32, FLOAT64 -> metadata.number(key);
        case UINT8, INT8, UINT16, INT16, UINT32, INT32, INT64 -> metadata.integer(key);
        case UINT64 -> metadata.type(key);
      }
    }
  }

  private static void readArray(Metadata metadata, String key) {
    MetadataType element = metadata.elementType(key).orElseThrow();
    switch (element) {
      case STRING -> metadata.strings(key);
      case BOOL -> metadata.bools(key);
      case FLOAT32, FLOAT64 -> metadata.doubles(key);
      case UINT8, INT8, UINT16, INT16, UINT32, INT32, INT64 -> metadata.longs(key);
      case UINT64, ARRAY -> metadata.elementCount(key);
    }
  }
}
