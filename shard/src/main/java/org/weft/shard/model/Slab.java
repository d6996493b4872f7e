package org.weft.shard.model;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/**
 * One large piece of memory outside of the heap that costs nothing until it is written: C's {@code
 * calloc} takes it from the system untouched, where {@link Arena#allocate} would write zeros over
 * all of it first.
 */
@SuppressWarnings("restricted") // native memory is the point of this class
final class Slab implements AutoCloseable {
  private static final long ALIGNMENT = 4096;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;

  /**
   * @throws ShardException OUT_OF_CACHE if the system does not give so much
   */
  Slab(long bytes) {
    try {
      MemorySegment raw = (MemorySegment) Native.CALLOC.invokeExact(1L, bytes + ALIGNMENT);
      if (raw.address() == 0) {
        throw new ShardException(
            ShardError.OUT_OF_CACHE,
            "the system has no " + bytes + " bytes of memory for keys and values");
      }
      long skip = -raw.address() & (ALIGNMENT - 1);
      memory = raw.reinterpret(bytes + ALIGNMENT, arena, Slab::free).asSlice(skip, bytes);
    } catch (ShardException e) {
      arena.close();
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("calloc could not be called", e);
    }
  }

  MemorySegment memory() {
    return memory;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  private static void free(MemorySegment raw) {
    try {
      Native.FREE.invokeExact(raw);
    } catch (Throwable e) {
      throw new IllegalStateException("free could not be called", e);
    }
  }

  /** The C library's functions, looked up once. */
  private static final class Native {
    static final MethodHandle CALLOC =
        handle(
            "calloc",
            FunctionDescriptor.of(
                ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    static final MethodHandle FREE = handle("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
      Linker linker = Linker.nativeLinker();
      SymbolLookup library = linker.defaultLookup();
      return linker.downcallHandle(library.findOrThrow(name), descriptor);
    }
  }
}
