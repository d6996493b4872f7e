package org.weft.shard.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/**
 * Walks over the bytes of one file's header. Whatever it reads is checked against the file's size
 * first; a failure is one sentence with the file and the field. One thread.
 */
final class HeaderCursor {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String file;
  private final MemorySegment bytes;
  private long position;

  HeaderCursor(String file, MemorySegment bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  long position() {
    return position;
  }

  long size() {
    return bytes.byteSize();
  }

  long remaining() {
    return bytes.byteSize() - position;
  }

  /** A signed or unsigned 32-bit value as it stands. */
  int int32(String field) {
    need(4, field);
    int value = bytes.get(INT, position);
    position += 4;
    return value;
  }

  /** A signed or unsigned 64-bit value as it stands. */
  long int64(String field) {
    need(8, field);
    long value = bytes.get(LONG, position);
    position += 8;
    return value;
  }

  /**
   * A count of things that take {@code bytesEach} bytes or more: never more than {@code most}, nor
   * than the rest of the file can hold.
   */
  long checkCount(long count, String field, long bytesEach, long most) {
    if (count < 0 || count > most) {
      String shown = Long.toUnsignedString(count);
      throw damaged(field + " is " + shown + ", and Weft accepts at most " + most);
    }
    if (count > remaining() / bytesEach) {
      throw cutShortOrDamaged(
          field + " is " + count + ", more than its " + size() + " bytes can hold");
    }
    return count;
  }

  /** A string of at most {@code most} bytes; ill-formed UTF-8 becomes U+FFFD. */
  String string(String field, int most) {
    int length = (int) length(field, most);
    byte[] copy = new byte[length];
    MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, position, copy, 0, length);
    position += length;
    return new String(copy, StandardCharsets.UTF_8);
  }

  /** Steps over one string. */
  void skipString(String field, long most) {
    long length = length(field, most);
    position += length;
  }

  /** Steps over {@code count} strings. */
  void skipStrings(String field, long count) {
    for (long i = 0; i < count; i++) {
      if (remaining() < 8) {
        throw cutShort(field + ", string " + i);
      }
      long length = bytes.get(LONG, position);
      if (length < 0 || length > remaining() - 8) {
        throw badLength(field + ", string " + i, length);
      }
      position += 8 + length;
    }
  }

  void skip(long length, String field) {
    need(length, field);
    position += length;
  }

  byte byteAt(long offset) {
    return bytes.get(ValueLayout.JAVA_BYTE, offset);
  }

  private long length(String field, long most) {
    long length = int64("the length of " + field);
    if (length < 0 || length > remaining()) {
      throw badLength(field, length);
    }
    if (length > most) {
      throw damaged(
          field + " is " + length + " bytes long, and Weft accepts at most " + most + " there");
    }
    return length;
  }

  private void need(long length, String field) {
    if (length < 0 || length > remaining()) {
      throw cutShort(field);
    }
  }

  private ShardException badLength(String field, long length) {
    return damaged(
        "the length of "
            + field
            + " is "
            + Long.toUnsignedString(length)
            + " bytes, and only "
            + Math.max(0, remaining())
            + " are left in the file");
  }

  ShardException cutShort(String field) {
    return new ShardException(
        ShardError.FORMAT,
        file
            + " is cut short: its "
            + size()
            + " bytes end inside "
            + field
            + "; fetch the file again");
  }

  /** The file is smaller than it says; {@code what} names the field. */
  ShardException cutShortOrDamaged(String what) {
    return new ShardException(
        ShardError.FORMAT, file + " is cut short or damaged: " + what + "; fetch the file again");
  }

  /** The file's bytes contradict themselves; {@code what} names the field and what is wrong. */
  ShardException damaged(String what) {
    return new ShardException(ShardError.FORMAT, file + " is damaged: " + what);
  }

  /** The file may well be right, but Weft does not read it. */
  ShardException unsupported(String what) {
    return new ShardException(ShardError.UNSUPPORTED, file + " cannot be used: " + what);
  }
}
