package org.weft.tools.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The real program on a pseudo-terminal of its own, which Python's standard library makes: what is
 * typed here it reads as keys, and what it draws is read here. Every wait is bounded.
 */
final class TerminalProcess implements AutoCloseable {
  private static final String PTY =
      "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

  private final Process process;
  private final OutputStream keys;
  private final StringBuilder drawn = new StringBuilder(); // guarded by itself
  private int seen;

  private TerminalProcess(Process process) {
    this.process = process;
    this.keys = process.getOutputStream();
    Thread.ofVirtual().start(() -> read(process.getInputStream()));
  }

  /** Whether this machine has what it takes. */
  static boolean possible() throws InterruptedException {
    try {
      Process python =
          new ProcessBuilder("python3", "-c", "import os, pty; os.waitstatus_to_exitcode(0)")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return python.waitFor(WeftProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS)
          && python.exitValue() == 0;
    } catch (IOException none) {
      return false;
    }
  }

  /** Starts {@code weft arguments...} with its state under {@code home}. */
  static TerminalProcess start(Path home, List<String> arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "python3", "-c", PTY, "bash", "-c", "stty rows 40 cols 100; exec \"$@\"", "pty"));
    command.addAll(WeftProcess.command());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).directory(home.toFile());
    WeftProcess.isolate(builder, home);
    builder.environment().put("TERM", "xterm");
    return new TerminalProcess(builder.start());
  }

  void type(String text) throws IOException {
    keys.write(text.getBytes(StandardCharsets.UTF_8));
    keys.flush();
  }

  /** Waits for a text after the one that was waited for before. */
  void await(String text) throws InterruptedException {
    long deadline = System.nanoTime() + WeftProcess.PATIENCE.toNanos();
    synchronized (drawn) {
      int at = drawn.indexOf(text, seen);
      while (at < 0) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0 || !process.isAlive()) {
          throw new AssertionError("never drawn: '" + text + "' after " + seen + " of:\n" + drawn);
        }
        drawn.wait(Math.min(left, 1000)); // it may have ended without another word
        at = drawn.indexOf(text, seen);
      }
      seen = at + text.length();
    }
  }

  int awaitExit() throws InterruptedException {
    if (!process.waitFor(WeftProcess.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      synchronized (drawn) {
        throw new AssertionError("it does not end:\n" + drawn);
      }
    }
    return process.exitValue();
  }

  private void read(InputStream in) {
    try (Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      for (int c = reader.read(); c >= 0; c = reader.read()) {
        synchronized (drawn) {
          drawn.append((char) c);
          drawn.notifyAll();
        }
      }
    } catch (IOException closed) {
      return;
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
