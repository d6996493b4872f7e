package org.weft.tools.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.weft.tools.user.UserException;

/**
 * Another {@code weft} process, started with this one's own JVM flags. It ends when this one does,
 * however that ends: its standard input is a pipe from here, and it leaves when the pipe closes.
 */
public final class ChildProcess implements AutoCloseable {
  private static final int KEPT_LINES = 20;
  private static final Duration GRACE = Duration.ofSeconds(3);

  private final Process process;
  private final Deque<String> lastWords = new ArrayDeque<>();

  private ChildProcess(Process process) {
    this.process = process;
  }

  /**
   * Starts {@code weft arguments...} with {@code WEFT_HOME} at {@code home}.
   *
   * @param stdout hears each line of its standard output, on a thread of its own
   */
  public static ChildProcess start(Path home, List<String> arguments, Consumer<String> stdout) {
    ProcessBuilder builder = new ProcessBuilder(commandLine(arguments));
    builder.environment().put("WEFT_HOME", home.toString());
    // What its parent was told, it was told through the parent's own flags.
    builder.environment().remove("WEFT_JAVA_OPTS");
    try {
      ChildProcess child = new ChildProcess(builder.start());
      Thread.ofVirtual().start(() -> lines(child.process.getInputStream(), stdout));
      Thread.ofVirtual().start(() -> lines(child.process.getErrorStream(), child::remember));
      return child;
    } catch (IOException failed) {
      throw new UserException(
          "cannot start another process of Weft: " + failed.getMessage(), failed);
    }
  }

  private static List<String> commandLine(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (!flag.startsWith("-Dweft.stderr") && !flag.startsWith("-Djdk.module.")) {
        command.add(flag);
      }
    }
    command.add("--module-path");
    command.add(System.getProperty("jdk.module.path"));
    command.add("--module");
    command.add(
        System.getProperty("jdk.module.main") + "/" + System.getProperty("jdk.module.main.class"));
    command.addAll(arguments);
    return command;
  }

  private static void lines(InputStream in, Consumer<String> each) {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        each.accept(line);
      }
    } catch (IOException closed) {
      // The process is gone, and says so by itself.
      return;
    }
  }

  private void remember(String line) {
    if (line.startsWith("WARNING: Using incubator modules")) {
      return;
    }
    synchronized (lastWords) {
      lastWords.addLast(line);
      if (lastWords.size() > KEPT_LINES) {
        lastWords.removeFirst();
      }
    }
  }

  public boolean alive() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  /** Completes with the exit status. */
  public CompletableFuture<Integer> ended() {
    return process.onExit().thenApply(Process::exitValue);
  }

  /**
   * The last sentence on its standard error, without the program's name, or a word on how it ended.
   */
  public String lastSentence() {
    synchronized (lastWords) {
      return lastWords.stream()
          .filter(line -> line.startsWith("weft: "))
          .reduce((first, second) -> second)
          .map(line -> line.substring("weft: ".length()))
          .orElseGet(() ->
              process.isAlive()
                  ? "it says nothing"
                  : "it ended with status " + process.exitValue());
    }
  }

  /** Asks it to end, and ends it where it does not. */
  @Override
  public void close() {
    process.destroy();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException gone) {
      process.destroyForcibly();
    } catch (InterruptedException hurried) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
