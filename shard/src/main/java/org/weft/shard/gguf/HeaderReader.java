package org.weft.shard.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.Metadata.Entry;

/**
 * Reads the header of one GGUF file (v2 and v3 differ in nothing that stands here). The layout is
 * that of the GGUF specification in ggml's docs: magic, version, counts, key-value pairs, tensor
 * infos, padding, tensor bytes.
 */
final class HeaderReader {
  /** More than any model has, and little enough that a hostile file cannot fill the memory. */
  private static final long MOST_KEYS = 100_000;

  private static final long MOST_TENSORS = 100_000;

  /** The specification's own limit. */
  private static final int MOST_KEY_BYTES = 65_535;

  /** Ten times what the largest vocabularies take. */
  private static final long MOST_METADATA_BYTES = 256L << 20;

  private static final int NEWEST_THINKABLE_VERSION = 16;
  private static final int DEFAULT_ALIGNMENT = 32;

  /** A key's length and one byte, a type, one byte of value. */
  private static final int LEAST_ENTRY_BYTES = 8 + 1 + 4 + 1;

  /** A name's length and one byte, dimensions, type, offset. */
  private static final int LEAST_TENSOR_BYTES = 8 + 1 + 4 + 8 + 4 + 8;

  private final String file;
  private final int part;
  private final MemorySegment bytes;
  private final HeaderCursor cursor;

  private HeaderReader(String file, int part, MemorySegment bytes) {
    this.file = file;
    this.part = part;
    this.bytes = bytes;
    this.cursor = new HeaderCursor(file, bytes);
  }

  /** {@code file} is the name for sentences, {@code bytes} the whole file. */
  static Header read(String file, int part, MemorySegment bytes) {
    return new HeaderReader(file, part, bytes).header();
  }

  private Header header() {
    magic();
    int version = version();
    long tensorCount = cursor.int64("the tensor count");
    long keyCount = cursor.int64("the metadata count");
    cursor.checkCount(tensorCount, "the tensor count", LEAST_TENSOR_BYTES, MOST_TENSORS);
    cursor.checkCount(keyCount, "the metadata count", LEAST_ENTRY_BYTES, MOST_KEYS);
    Metadata metadata = metadata(keyCount);
    long alignment = alignment(metadata);
    TensorTable table = TensorTable.read(cursor, tensorCount);
    // No overflow: the position is within the file, and a power of two at most 2^62.
    long dataStart = (cursor.position() + alignment - 1) / alignment * alignment;
    List<TensorInfo> tensors = table.place(part, dataStart, alignment);
    return new Header(version, metadata, tensors);
  }

  private void magic() {
    byte[] magic = "GGUF".getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < magic.length; i++) {
      if (i == cursor.size()) {
        throw cursor.cutShort("the magic number");
      }
      if (cursor.byteAt(i) != magic[i]) {
        throw new ShardException(
            ShardError.FORMAT, file + " is not a GGUF file: its first four bytes are not \"GGUF\"");
      }
    }
    cursor.skip(magic.length, "the magic number");
  }

  private int version() {
    int version = cursor.int32("the version");
    int swapped = Integer.reverseBytes(version);
    if (version == 2 || version == 3) {
      return version;
    }
    if (swapped >= 1 && swapped <= NEWEST_THINKABLE_VERSION) {
      throw cursor.unsupported(
          "it looks like a big-endian GGUF file (version "
              + swapped
              + "), and Weft reads little-endian ones");
    }
    throw cursor.unsupported(
        "it is of GGUF version "
            + Integer.toUnsignedString(version)
            + ", and Weft reads versions 2 and 3");
  }

  private Metadata metadata(long count) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (long i = 0; i < count; i++) {
      String key = cursor.string("metadata key " + i, MOST_KEY_BYTES);
      if (key.isEmpty()) {
        throw cursor.damaged("metadata key " + i + " is empty");
      }
      Entry entry = entry("the value of " + SafeText.quote(key));
      if (entries.putIfAbsent(key, entry) != null) {
        throw cursor.damaged("it has the metadata key " + SafeText.quote(key) + " twice");
      }
      if (cursor.position() > MOST_METADATA_BYTES) {
        throw cursor.damaged(
            "its metadata takes more than " + (MOST_METADATA_BYTES >> 20) + " MiB");
      }
    }
    // A copy, so that metadata outlives the mapping and cannot change under its reader.
    byte[] copy = bytes.asSlice(0, cursor.position()).toArray(ValueLayout.JAVA_BYTE);
    return new Metadata(file, copy, entries);
  }

  private Entry entry(String field) {
    MetadataType type = type("the type of " + field);
    long start = cursor.position();
    switch (type) {
      case STRING -> cursor.skipString(field, MOST_METADATA_BYTES);
      case ARRAY -> {
        return array(field);
      }
      case BOOL -> {
        cursor.skip(1, field);
        checkBools(field, start, 1);
      }
      case UINT8, INT8, UINT16, INT16, UINT32, INT32, FLOAT32, UINT64, INT64, FLOAT64 ->
          cursor.skip(type.bytes(), field);
    }
    return new Entry(type, type, 1, start);
  }

  private Entry array(String field) {
    MetadataType element = type("the element type of " + field);
    if (element == MetadataType.ARRAY) {
      throw cursor.unsupported(field + " is an array of arrays, which Weft does not read");
    }
    long each = element == MetadataType.STRING ? Long.BYTES : element.bytes();
    String counted = "the element count of " + field;
    long count = cursor.checkCount(cursor.int64(counted), counted, each, MOST_METADATA_BYTES);
    long start = cursor.position();
    if (element == MetadataType.STRING) {
      cursor.skipStrings(field, count);
    } else {
      cursor.skip(count * each, field);
    }
    if (element == MetadataType.BOOL) {
      checkBools(field, start, count);
    }
    return new Entry(MetadataType.ARRAY, element, (int) count, start);
  }

  private void checkBools(String field, long start, long count) {
    for (long i = start; i < start + count; i++) {
      if ((cursor.byteAt(i) & 0xfe) != 0) {
        throw cursor.damaged(
            field + " is the truth value " + (cursor.byteAt(i) & 0xff) + ", not 0 or 1");
      }
    }
  }

  private MetadataType type(String field) {
    int id = cursor.int32(field);
    return MetadataType.of(id)
        .orElseThrow(
            () -> cursor.damaged(field + " is " + Integer.toUnsignedString(id) + ", not 0 to 12"));
  }

  private long alignment(Metadata metadata) {
    long alignment = metadata.integer("general.alignment").orElse((long) DEFAULT_ALIGNMENT);
    if (alignment < 1 || Long.bitCount(alignment) != 1) {
      throw cursor.damaged("general.alignment is " + alignment + ", not a power of two");
    }
    return alignment;
  }
}
