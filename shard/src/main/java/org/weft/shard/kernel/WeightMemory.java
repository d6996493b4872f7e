package org.weft.shard.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Zeroed anonymous memory for weights, on whole pages, with huge pages asked for where the system
 * has them; given back on close. Where mmap cannot be called it is plain off-heap memory.
 */
final class WeightMemory implements AutoCloseable {
  private static final long PAGE = 4096;

  /** Below this, huge pages would waste more than they gain. */
  private static final long HUGE = 2 << 20;

  private final Arena arena;
  private final MemorySegment segment;

  private WeightMemory(Arena arena, MemorySegment segment) {
    this.arena = arena;
    this.segment = segment;
  }

  static WeightMemory allocate(long bytes) {
    long size = rounded(bytes);
    Arena arena = Arena.ofShared();
    try {
      MemorySegment mapped = Posix.AVAILABLE ? Posix.map(size, arena) : null;
      return new WeightMemory(arena, mapped != null ? mapped : arena.allocate(size, PAGE));
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /** Whole pages. */
  static long rounded(long bytes) {
    return (bytes + PAGE - 1) / PAGE * PAGE;
  }

  MemorySegment segment() {
    return segment;
  }

  long bytes() {
    return segment.byteSize();
  }

  @Override
  public void close() {
    arena.close();
  }

  /** The three calls of POSIX that this needs; constants are those of Linux. */
  @SuppressWarnings("restricted") // native memory is the point of this class
  private static final class Posix {
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final int MADV_HUGEPAGE = 14;

    static final boolean AVAILABLE =
        System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux");

    private static final MethodHandle MMAP =
        handle(
            "mmap",
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG));
    private static final MethodHandle MUNMAP =
        handle(
            "munmap",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle MADVISE =
        handle(
            "madvise",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT));

    private static MethodHandle handle(String name, FunctionDescriptor shape) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), shape);
    }

    /** A mapping that the arena unmaps, or null where the system has none to give. */
    static @Nullable MemorySegment map(long size, Arena arena) {
      try {
        long address =
            (long) MMAP.invokeExact(0L, size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
        if (address == -1) {
          return null;
        }
        if (size >= HUGE) {
          // Advice: a system without huge pages answers an error, and nothing is lost.
          int ignored = (int) MADVISE.invokeExact(address, size, MADV_HUGEPAGE);
        }
        return MemorySegment.ofAddress(address).reinterpret(size, arena, Posix::unmap);
      } catch (Throwable e) {
        throw sneaked(e);
      }
    }

    private static void unmap(MemorySegment mapped) {
      try {
        int ignored = (int) MUNMAP.invokeExact(mapped.address(), mapped.byteSize());
      } catch (Throwable e) {
        throw sneaked(e);
      }
    }

    /** Handles declare Throwable; these calls throw nothing that is checked. */
    private static RuntimeException sneaked(Throwable e) {
      return switch (e) {
        case RuntimeException unchecked -> unchecked;
        case Error error -> throw error;
        default -> new IllegalStateException(e);
      };
    }
  }
}
