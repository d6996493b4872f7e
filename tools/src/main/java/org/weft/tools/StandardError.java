package org.weft.tools;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Puts standard error back where the launcher moved it.
 *
 * <p>The JVM announces incubator modules on descriptor 2 before any code of ours runs, so the
 * launcher starts it with that descriptor on the null device and the real one at the number in
 * {@code weft.stderr}.
 */
final class StandardError {
  private static final int STDERR = 2;

  private StandardError() {}

  @SuppressWarnings("restricted") // the launcher grants this module native access
  static void restore() {
    Integer kept = Integer.getInteger("weft.stderr");
    if (kept == null) {
      return;
    }
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> dup2 = linker.defaultLookup().find("dup2");
    if (dup2.isEmpty()) {
      return;
    }
    try {
      int unused =
          (int)
              linker
                  .downcallHandle(dup2.get(), FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT))
                  .invokeExact((int) kept, STDERR);
    } catch (Throwable impossible) {
      // dup2 takes two numbers and throws nothing; a JVM without native access has no other way
      // either.
      throw new IllegalStateException("standard error cannot be restored", impossible);
    }
  }
}
