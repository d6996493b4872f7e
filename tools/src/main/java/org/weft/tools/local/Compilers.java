package org.weft.tools.local;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The JVM's compilers, and how they share the processors with answers. */
final class Compilers {
  /** Where Linux lists the threads of this process, each a folder named after its number. */
  private static final Path THREADS = Path.of("/proc/self/task");

  /** How the names of their threads end, as the kernel cuts them off. */
  private static final String COMPILER = " CompilerThre";

  /** A tenth of a thread of ours: a kernel that is compiled late has its caller wait for this. */
  private static final int STEPS = 10;

  /** PRIO_PROCESS; with a thread's number it means that thread on Linux. */
  private static final int THREAD = 0;

  private static final int CALLER = 0;

  private Compilers() {}

  /**
   * Has the compilers step aside for answers, once the kernels are done: what is left, the path of
   * a frame, works meanwhile and is only slower. For good, as far as an ordinary user is concerned,
   * so for processes whose kernels are warm. Nothing happens where there is no {@code /proc}.
   */
  static void stepAside() {
    if (!Files.isDirectory(THREADS)) {
      return;
    }
    try (Stream<Path> threads = Files.list(THREADS)) {
      Priorities priorities = Priorities.find();
      int ours = priorities.of(CALLER);
      threads
          .filter(Compilers::compiles)
          .forEach(thread ->
              priorities.set(Integer.parseInt(thread.getFileName().toString()), ours + STEPS));
    } catch (IOException | UncheckedIOException | IllegalCallerException unavailable) {
      return; // then compilers and answers compete, as in any JVM
    }
  }

  private static boolean compiles(Path thread) {
    try {
      return Files.readString(thread.resolve("comm")).strip().endsWith(COMPILER);
    } catch (IOException ended) {
      return false;
    }
  }

  /** The two functions of the C library, for threads by their numbers. */
  private record Priorities(MethodHandle get, MethodHandle set) {
    @SuppressWarnings("restricted") // the launcher grants this module native access
    static Priorities find() {
      Linker linker = Linker.nativeLinker();
      return new Priorities(
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("getpriority"),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT)),
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("setpriority"),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT)));
    }

    int of(int thread) {
      try {
        return (int) get.invokeExact(THREAD, thread);
      } catch (Throwable impossible) {
        throw new IllegalStateException("getpriority takes two numbers", impossible);
      }
    }

    void set(int thread, int nice) {
      try {
        int unused = (int) set.invokeExact(THREAD, thread, nice);
      } catch (Throwable impossible) {
        throw new IllegalStateException("setpriority takes three numbers", impossible);
      }
    }
  }
}
