package org.weft.tools;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Standard output that does not lose in silence what cannot be written: Java's own stream keeps
 * such errors to itself, so that {@code weft score | head -1} would compute to the end for nobody,
 * and a full disk would look like success. The first failure is thrown, later writes are dropped.
 */
final class StandardOutput extends OutputStream {
  private static final int BUFFER_BYTES = 8192;

  private final OutputStream out;
  private volatile boolean failed;

  StandardOutput(OutputStream out) {
    this.out = out;
  }

  /** Nobody reads any more: no failure to speak of, but the end of the work. */
  static final class ClosedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ClosedException(IOException cause) {
      super(cause);
    }
  }

  /** Puts it in the place of {@link System#out}. */
  static void install() {
    OutputStream real =
        new java.io.BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES);
    System.setOut(new PrintStream(new StandardOutput(real), false, StandardCharsets.UTF_8));
  }

  @Override
  public void write(int b) {
    attempt(() -> out.write(b));
  }

  @Override
  public void write(byte[] bytes, int from, int length) {
    attempt(() -> out.write(bytes, from, length));
  }

  @Override
  public void flush() {
    attempt(out::flush);
  }

  private interface Write {
    void run() throws IOException;
  }

  private void attempt(Write write) {
    if (failed) {
      return;
    }
    try {
      write.run();
    } catch (IOException e) {
      failed = true;
      throw brokenPipe(e.getMessage())
          ? new ClosedException(e)
          : new UncheckedIOException("standard output cannot be written: " + e.getMessage(), e);
    }
  }

  private static boolean brokenPipe(@Nullable String message) {
    return message != null
        && (message.contains("Broken pipe") || message.contains("pipe is being"));
  }
}
