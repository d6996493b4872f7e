package org.weft.shard.gguf;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;

/**
 * Tells the system how mapped pages will be used (madvise). Only advice: where there is no madvise
 * (Windows), or native access is not granted, nothing happens.
 */
enum PageAdvice {
  /** MADV_SEQUENTIAL: read ahead. */
  SEQUENTIAL(2),
  /** MADV_DONTNEED: the pages leave this process's memory and are read again if touched. */
  DONE(4);

  private final int code;

  PageAdvice(int code) {
    this.code = code;
  }

  /**
   * Applies to the whole pages within the segment and leaves those alone that it shares with its
   * neighbours. Returns whether the system took the advice.
   */
  boolean give(MemorySegment mapped) {
    Optional<Calls> calls = Calls.FOUND;
    if (calls.isEmpty()) {
      return false;
    }
    long page = calls.get().pageBytes;
    long start = Math.ceilDiv(mapped.address(), page) * page - mapped.address();
    long end = (mapped.address() + mapped.byteSize()) / page * page - mapped.address();
    return end > start && calls.get().advise(mapped.asSlice(start, end - start), code);
  }

  /** The two functions of the C library. */
  private record Calls(MethodHandle madvise, long pageBytes) {
    static final Optional<Calls> FOUND = find();

    // Restricted: the signatures are those of POSIX, and madvise touches only our own mapping.
    @SuppressWarnings("restricted")
    private static Optional<Calls> find() {
      String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
      if (!system.startsWith("linux") && !system.startsWith("mac")) {
        return Optional.empty();
      }
      try {
        Linker linker = Linker.nativeLinker();
        MethodHandle madvise =
            linker.downcallHandle(
                linker.defaultLookup().findOrThrow("madvise"),
                FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT));
        MethodHandle pageSize =
            linker.downcallHandle(
                linker.defaultLookup().findOrThrow("getpagesize"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT));
        return Optional.of(new Calls(madvise, (int) pageSize.invokeExact()));
      } catch (Throwable e) {
        // Not granted or not there: advice is never needed for a right answer.
        return Optional.empty();
      }
    }

    boolean advise(MemorySegment pages, int code) {
      try {
        return (int) madvise.invokeExact(pages, pages.byteSize(), code) == 0;
      } catch (Throwable e) {
        throw new IllegalStateException("madvise cannot be called", e);
      }
    }
  }
}
