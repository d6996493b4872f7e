package org.weft.shard.gguf;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The tensor infos of one file's header: read first, and given their places when it has ended. */
final class TensorTable {
  private static final int MOST_NAME_BYTES = 1_024;
  private static final int MOST_DIMENSIONS = 4;

  private final HeaderCursor cursor;
  private final List<Declared> declared = new ArrayList<>();

  private TensorTable(HeaderCursor cursor) {
    this.cursor = cursor;
  }

  /** Reads {@code count} infos at the cursor. */
  static TensorTable read(HeaderCursor cursor, long count) {
    TensorTable table = new TensorTable(cursor);
    Set<String> names = new HashSet<>();
    for (long i = 0; i < count; i++) {
      Declared tensor = table.declared(i);
      if (!names.add(tensor.name)) {
        throw cursor.damaged("it has two tensors " + SafeText.quote(tensor.name));
      }
      table.declared.add(tensor);
    }
    return table;
  }

  /** Where the tensors' bytes stand: each within the file, aligned, apart from all others. */
  List<TensorInfo> place(int part, long dataStart, long alignment) {
    List<TensorInfo> tensors = new ArrayList<>(declared.size());
    for (Declared tensor : declared) {
      tensors.add(place(tensor, part, dataStart, alignment));
    }
    refuseOverlaps(tensors);
    return tensors;
  }

  /** A tensor as its info declares it, before the place of its bytes is known. */
  private record Declared(String name, GgmlType type, List<Long> shape, long offset, long bytes) {}

  private Declared declared(long index) {
    String name = cursor.string("the name of tensor " + index, MOST_NAME_BYTES);
    if (name.isEmpty()) {
      throw cursor.damaged("tensor " + index + " has no name");
    }
    String tensor = "tensor " + SafeText.quote(name);
    int dimensions = cursor.int32("the dimension count of " + tensor);
    if (dimensions < 1 || dimensions > MOST_DIMENSIONS) {
      throw cursor.damaged(
          tensor
              + " has "
              + Integer.toUnsignedString(dimensions)
              + " dimensions, not 1 to "
              + MOST_DIMENSIONS);
    }
    List<Long> shape = shape(tensor, dimensions);
    long elements = shape.stream().reduce(1L, (a, b) -> a * b);
    GgmlType type = type(tensor, cursor.int32("the type of " + tensor));
    if (shape.getFirst() % type.blockElements() != 0) {
      throw cursor.damaged(
          tensor
              + " has rows of "
              + shape.getFirst()
              + " elements, not whole "
              + type
              + " blocks of "
              + type.blockElements());
    }
    long blocks = elements / type.blockElements();
    if (blocks > Long.MAX_VALUE / type.blockBytes()) {
      throw cursor.damaged(tensor + " has " + elements + " elements, more than any file can hold");
    }
    long offset = cursor.int64("the offset of " + tensor);
    return new Declared(name, type, shape, offset, blocks * type.blockBytes());
  }

  /** The dimensions, whose product fits a long. */
  private List<Long> shape(String tensor, int dimensions) {
    List<Long> shape = new ArrayList<>(dimensions);
    long elements = 1;
    for (int i = 0; i < dimensions; i++) {
      long dimension = cursor.int64("dimension " + i + " of " + tensor);
      if (dimension < 1 || dimension > Long.MAX_VALUE / elements) {
        throw cursor.damaged(
            "dimension " + i + " of " + tensor + " is " + Long.toUnsignedString(dimension));
      }
      elements *= dimension;
      shape.add(dimension);
    }
    return shape;
  }

  /** Without its type a tensor's length is not known, nor whether the file holds it. */
  private GgmlType type(String tensor, int id) {
    return GgmlType.of(id)
        .orElseThrow(() ->
            cursor.unsupported(
                tensor
                    + " has "
                    + GgmlType.describeUnknown(id)
                    + ", which Weft does not read yet"));
  }

  private TensorInfo place(Declared tensor, int part, long dataStart, long alignment) {
    String name = SafeText.quote(tensor.name);
    if (tensor.offset < 0 || tensor.offset % alignment != 0) {
      throw cursor.damaged(
          "the offset of tensor "
              + name
              + " is "
              + Long.toUnsignedString(tensor.offset)
              + ", not a multiple of the alignment "
              + alignment);
    }
    long room = cursor.size() - dataStart;
    if (tensor.offset > room || tensor.bytes > room - tensor.offset) {
      throw cursor.cutShortOrDamaged(
          "tensor "
              + name
              + " is "
              + tensor.bytes
              + " bytes at offset "
              + tensor.offset
              + ", and the file has only "
              + Math.max(0, room)
              + " bytes for tensors");
    }
    long offset = dataStart + tensor.offset;
    return new TensorInfo(tensor.name, tensor.type, tensor.shape, part, offset, tensor.bytes);
  }

  private void refuseOverlaps(List<TensorInfo> tensors) {
    List<TensorInfo> ordered = new ArrayList<>(tensors);
    ordered.sort(Comparator.comparingLong(TensorInfo::offset));
    for (int i = 1; i < ordered.size(); i++) {
      TensorInfo before = ordered.get(i - 1);
      TensorInfo after = ordered.get(i);
      if (after.offset() < before.offset() + before.bytes()) {
        throw cursor.damaged(
            "tensors "
                + SafeText.quote(before.name())
                + " and "
                + SafeText.quote(after.name())
                + " overlap");
      }
    }
  }
}
