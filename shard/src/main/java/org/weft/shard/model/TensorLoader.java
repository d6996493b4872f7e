package org.weft.shard.model;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.gguf.TensorInfo;
import org.weft.shard.gguf.TensorType;
import org.weft.shard.kernel.ComputePool;
import org.weft.shard.kernel.PackedMatrix;

/**
 * Takes tensors out of a model file one by one: checked, packed or widened, and given back to the
 * system at once, so that memory never holds the model twice. One thread.
 */
final class TensorLoader {
  private final GgufFile file;
  private final ComputePool pool;
  private final BlockSpan.LoadProgress progress;
  private final long totalBytes;
  private long doneBytes;

  TensorLoader(
      GgufFile file, ComputePool pool, BlockSpan.LoadProgress progress, List<String> names) {
    this.file = file;
    this.pool = pool;
    this.progress = progress;
    totalBytes = names.stream().mapToLong(name -> file.tensor(name).orElseThrow().bytes()).sum();
    progress.packed(0, totalBytes);
  }

  /** The tensor of that name, with exactly that shape; FORMAT names it otherwise. */
  static TensorInfo require(GgufFile file, String name, List<Long> shape) {
    return find(file, name, shape)
        .orElseThrow(() ->
            new ShardException(
                ShardError.FORMAT, "the tensor " + name + " is missing from the model file"));
  }

  /** As {@link #require}, where the file need not have it. */
  static Optional<TensorInfo> find(GgufFile file, String name, List<Long> shape) {
    Optional<TensorInfo> found = file.tensor(name);
    found.ifPresent(info -> {
      if (!withoutTrailingOnes(info.shape()).equals(withoutTrailingOnes(shape))) {
        throw new ShardException(
            ShardError.FORMAT,
            "the tensor "
                + name
                + " has the shape "
                + info.shape()
                + ", but the model's numbers ask for "
                + shape);
      }
      if (shape.size() == 1) {
        checkVectorType(info);
      }
    });
    return found;
  }

  private static List<Long> withoutTrailingOnes(List<Long> shape) {
    int size = shape.size();
    while (size > 1 && shape.get(size - 1) == 1) {
      size--;
    }
    return shape.subList(0, size);
  }

  private static void checkVectorType(TensorInfo info) {
    switch (info.computedType()) {
      case F32, F16, BF16 -> {}
      case Q8_0, Q4_0, Q4_1, Q4_K, Q5_K, Q6_K ->
          throw new ShardException(
              ShardError.UNSUPPORTED,
              "the tensor "
                  + info.name()
                  + " has the type "
                  + info.type()
                  + ": norms and biases must be F32, F16 or BF16");
    }
  }

  /** Packs a matrix of GGUF shape [cols, rows]. */
  PackedMatrix matrix(String name, List<Long> shape) {
    TensorInfo info = require(file, name, shape);
    file.prepare(info);
    int cols = Math.toIntExact(shape.get(0));
    int rows = Math.toIntExact(shape.get(1));
    PackedMatrix packed =
        PackedMatrix.pack(name, info.computedType(), rows, cols, file.data(info), pool);
    done(info);
    return packed;
  }

  /** A vector as f32 [length] in {@code arena}; NON_FINITE names the tensor. */
  MemorySegment vector(String name, List<Long> shape, Arena arena) {
    float[] values = floats(file, require(file, name, shape));
    done(file.tensor(name).orElseThrow());
    MemorySegment segment = arena.allocate(values.length * 4L, 64);
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT, 0, values.length);
    return segment;
  }

  /** The elements of an F32, F16 or BF16 tensor, widened exactly; NON_FINITE names the tensor. */
  static float[] floats(GgufFile file, TensorInfo info) {
    checkVectorType(info);
    MemorySegment data = file.data(info);
    TensorType type = info.computedType();
    float[] values = new float[Math.toIntExact(info.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] = element(type, data, i);
      if (!Float.isFinite(values[i])) {
        throw new ShardException(
            ShardError.NON_FINITE,
            "the tensor " + info.name() + " has the value " + values[i] + " at " + i);
      }
    }
    return values;
  }

  private static float element(TensorType type, MemorySegment data, int i) {
    return switch (type) {
      case F32 -> data.get(FLOAT, i * 4L);
      case F16 -> Float.float16ToFloat(data.get(SHORT, i * 2L));
      case BF16 -> Float.intBitsToFloat(data.get(SHORT, i * 2L) << 16);
      case Q8_0, Q4_0, Q4_1, Q4_K, Q5_K, Q6_K ->
          throw new IllegalStateException(type + " is no vector's type");
    };
  }

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private void done(TensorInfo info) {
    file.release(info);
    doneBytes += info.bytes();
    progress.packed(doneBytes, totalBytes);
  }
}
