package org.weft.shard.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/**
 * The typed key-value pairs of a model file. A wrong type is a {@link ShardException} that names
 * the key. Values are decoded when asked for, each time anew; keep what you use often. Immutable,
 * safe from any thread, and independent of the file's mapping: it outlives {@link
 * GgufFile#close()}.
 */
public final class Metadata {
  /** Where a value stands: {@code start} is that of its bytes, an array's first element's. */
  record Entry(MetadataType type, MetadataType element, int count, long start) {}

  private final String file;
  private final ByteBuffer header;
  private final Map<String, Entry> entries;

  /** {@code header} holds every entry's bytes, which the reader has checked. */
  Metadata(String file, byte[] header, Map<String, Entry> entries) {
    this.file = file;
    this.header = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    this.entries = new LinkedHashMap<>(entries);
  }

  /** All keys, in the file's order. */
  public List<String> keys() {
    return List.copyOf(entries.keySet());
  }

  public Optional<MetadataType> type(String key) {
    return Optional.ofNullable(entries.get(key)).map(Entry::type);
  }

  /** The type of an array's elements; empty for a missing key and for what is no array. */
  public Optional<MetadataType> elementType(String key) {
    return array(key).map(Entry::element);
  }

  /** How many elements an array has; empty for a missing key and for what is no array. */
  public Optional<Integer> elementCount(String key) {
    return array(key).map(Entry::count);
  }

  /** A string; ill-formed UTF-8 becomes U+FFFD. */
  public Optional<String> string(String key) {
    return scalar(key, MetadataType.STRING == typeOf(key), "a string")
        .map(entry -> text((int) entry.start));
  }

  /** Any integer type; an unsigned value of 2^63 or more is refused. */
  public Optional<Long> integer(String key) {
    return scalar(key, typeOf(key).isInteger(), "an integer")
        .map(entry -> integerAt(key, entry.type, (int) entry.start));
  }

  /** A float of either width, or an integer that a double holds exactly. */
  public Optional<Double> number(String key) {
    MetadataType type = typeOf(key);
    return scalar(key, type.isFloat() || type.isInteger(), "a number")
        .map(entry -> entry.type.isInteger() ? exact(key, entry) : floatAt(entry, 0));
  }

  public Optional<Boolean> bool(String key) {
    return scalar(key, MetadataType.BOOL == typeOf(key), "a truth value")
        .map(entry -> header.get((int) entry.start) != 0);
  }

  /** An array of strings; ill-formed UTF-8 becomes U+FFFD. */
  public Optional<List<String>> strings(String key) {
    return array(key, elementOf(key) == MetadataType.STRING, "an array of strings")
        .map(entry -> {
          String[] strings = new String[entry.count];
          int at = (int) entry.start;
          for (int i = 0; i < strings.length; i++) {
            strings[i] = text(at);
            at += Long.BYTES + (int) header.getLong(at);
          }
          return List.of(strings);
        });
  }

  /** An array of strings as the bytes that stand in the file. */
  public Optional<byte[][]> stringBytes(String key) {
    return array(key, elementOf(key) == MetadataType.STRING, "an array of strings")
        .map(entry -> {
          byte[][] strings = new byte[entry.count][];
          int at = (int) entry.start;
          for (int i = 0; i < strings.length; i++) {
            int length = (int) header.getLong(at);
            at += Long.BYTES;
            strings[i] = Arrays.copyOfRange(header.array(), at, at + length);
            at += length;
          }
          return strings;
        });
  }

  /** An array of any integer type whose elements all fit 32 signed bits. */
  public Optional<int[]> integers(String key) {
    return longs(key)
        .map(longs -> {
          int[] integers = new int[longs.length];
          for (int i = 0; i < longs.length; i++) {
            if (longs[i] != (int) longs[i]) {
              throw fault(key, "has the element " + longs[i] + ", beyond 32 bits");
            }
            integers[i] = (int) longs[i];
          }
          return integers;
        });
  }

  /** An array of any integer type; an unsigned element of 2^63 or more is refused. */
  public Optional<long[]> longs(String key) {
    return array(key, elementOf(key).isInteger(), "an array of integers")
        .map(entry -> {
          long[] longs = new long[entry.count];
          for (int i = 0; i < longs.length; i++) {
            int at = (int) entry.start + i * entry.element.bytes();
            longs[i] = integerAt(key, entry.element, at);
          }
          return longs;
        });
  }

  /** An array of 32-bit floats. */
  public Optional<float[]> numbers(String key) {
    return array(key, elementOf(key) == MetadataType.FLOAT32, "an array of 32-bit floats")
        .map(entry -> {
          float[] numbers = new float[entry.count];
          for (int i = 0; i < numbers.length; i++) {
            numbers[i] = header.getFloat((int) entry.start + i * Float.BYTES);
          }
          return numbers;
        });
  }

  /** An array of floats of either width, widened exactly. */
  public Optional<double[]> doubles(String key) {
    return array(key, elementOf(key).isFloat(), "an array of floats")
        .map(entry -> {
          double[] numbers = new double[entry.count];
          for (int i = 0; i < numbers.length; i++) {
            numbers[i] = floatAt(entry, i);
          }
          return numbers;
        });
  }

  public Optional<boolean[]> bools(String key) {
    return array(key, elementOf(key) == MetadataType.BOOL, "an array of truth values")
        .map(entry -> {
          boolean[] bools = new boolean[entry.count];
          for (int i = 0; i < bools.length; i++) {
            bools[i] = header.get((int) entry.start + i) != 0;
          }
          return bools;
        });
  }

  /** The value of a key that is there, or one element of an array, for people. */
  String show(String key, int index, int mostCharacters) {
    Entry entry = Objects.requireNonNull(entries.get(key), key);
    int at = (int) entry.start + index * entry.element.bytes();
    return switch (entry.element) {
      case STRING -> {
        for (int i = 0; i < index; i++) {
          at += Long.BYTES + (int) header.getLong(at);
        }
        yield SafeText.cut(text(at), mostCharacters);
      }
      case BOOL -> Boolean.toString(header.get(at) != 0);
      case FLOAT32 -> Float.toString(header.getFloat(at));
      case FLOAT64 -> Double.toString(header.getDouble(at));
      case UINT64 -> Long.toUnsignedString(header.getLong(at));
      case UINT8, INT8, UINT16, INT16, UINT32, INT32, INT64 ->
          Long.toString(integerAt(key, entry.element, at));
      case ARRAY -> throw new IllegalStateException("the reader refuses nested arrays");
    };
  }

  private Optional<Entry> array(String key) {
    return Optional.ofNullable(entries.get(key)).filter(e -> e.type == MetadataType.ARRAY);
  }

  private Optional<Entry> array(String key, boolean right, String wanted) {
    boolean isArray = typeOf(key) == MetadataType.ARRAY;
    return scalar(key, isArray && right, wanted);
  }

  /** The entry of a key that is there; {@code right} says whether its type is the wanted one. */
  private Optional<Entry> scalar(String key, boolean right, String wanted) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return Optional.empty();
    }
    if (!right) {
      String found =
          entry.type == MetadataType.ARRAY ? "an array of " + entry.element : entry.type.toString();
      throw fault(key, "is " + found + ", and should be " + wanted);
    }
    return Optional.of(entry);
  }

  /** The key's type; what it is for a missing key never matters. */
  private MetadataType typeOf(String key) {
    Entry entry = entries.get(key);
    return entry == null ? MetadataType.STRING : entry.type;
  }

  private MetadataType elementOf(String key) {
    Entry entry = entries.get(key);
    return entry == null ? MetadataType.STRING : entry.element;
  }

  private String text(int at) {
    int length = (int) header.getLong(at);
    return new String(header.array(), at + Long.BYTES, length, StandardCharsets.UTF_8);
  }

  private double exact(String key, Entry entry) {
    long value = integerAt(key, entry.type, (int) entry.start);
    if ((long) (double) value != value || value == Long.MAX_VALUE) {
      throw fault(key, "is " + value + ", too large for an exact number");
    }
    return value;
  }

  private double floatAt(Entry entry, int index) {
    int at = (int) entry.start + index * entry.element.bytes();
    return entry.element == MetadataType.FLOAT32 ? header.getFloat(at) : header.getDouble(at);
  }

  private long integerAt(String key, MetadataType type, int at) {
    return switch (type) {
      case UINT8 -> header.get(at) & 0xff;
      case INT8 -> header.get(at);
      case UINT16 -> header.getShort(at) & 0xffff;
      case INT16 -> header.getShort(at);
      case UINT32 -> Integer.toUnsignedLong(header.getInt(at));
      case INT32 -> header.getInt(at);
      case INT64 -> header.getLong(at);
      case UINT64 -> {
        long value = header.getLong(at);
        if (value < 0) {
          throw fault(key, "holds " + Long.toUnsignedString(value) + ", which is too large");
        }
        yield value;
      }
      case FLOAT32, FLOAT64, BOOL, STRING, ARRAY ->
          throw new IllegalStateException(type + " is no integer");
    };
  }

  private ShardException fault(String key, String what) {
    return new ShardException(
        ShardError.FORMAT,
        file + " cannot be used: its metadata key " + SafeText.quote(key) + " " + what);
  }
}
