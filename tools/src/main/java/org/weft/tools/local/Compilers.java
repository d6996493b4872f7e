package org.weft.tools.local;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The JVM's second compiler, and how it shares the processors with answers. */
final class Compilers {
  /** Where Linux lists the threads of this process, each a folder named after its number. */
  private static final Path THREADS = Path.of("/proc/self/task");

  /** As the kernel cuts it off. */
  private static final String OPTIMISING = "C2 CompilerThre";

  /** A tenth of a thread of ours: a kernel that is compiled late has its caller wait for this. */
  private static final int STEPS = 10;

  /** PRIO_PROCESS; with a thread's number it means that thread on Linux. */
  private static final int THREAD = 0;

  private static final int CALLER = 0;

  private Compilers() {}

  /**
   * Has the optimising compiler step aside for answers, once the kernels are done: what is left,
   * the path of a frame, works meanwhile and is only slower. Nothing happens where there is no
   * {@code /proc}; threads that the compiler starts later inherit it.
   */
  @SuppressWarnings("restricted") // the launcher grants this module native access
  static void stepAside() {
    if (!Files.isDirectory(THREADS)) {
      return;
    }
    Linker linker = Linker.nativeLinker();
    MethodHandle nice =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("getpriority"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    MethodHandle renice =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("setpriority"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
      int ours = (int) nice.invokeExact(THREAD, CALLER);
      for (Path thread : threads) {
        if (Files.readString(thread.resolve("comm")).strip().equals(OPTIMISING)) {
          int number = Integer.parseInt(thread.getFileName().toString());
          int unused = (int) renice.invokeExact(THREAD, number, ours + STEPS);
        }
      }
    } catch (IOException ended) {
      return; // a thread that is no more; the others keep their priority
    } catch (Throwable impossible) {
      throw new IllegalStateException("priorities are plain numbers", impossible);
    }
  }
}
