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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
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

  /** Ended by SIGHUP, SIGINT or SIGTERM, which terminals and supervisors send to whole groups. */
  private static final Set<Integer> TOLD_TO_END = Set.of(128 + 1, 128 + 2, 128 + 15);

  private static final Duration OWN_SIGNAL_WITHIN = Duration.ofMillis(500);

  private final Process process;
  private final Executor later;
  private final Deque<String> lastWords = new ArrayDeque<>();

  /**
   * Watches a process that is there.
   *
   * @param later runs what it is given once this process, too, has had the signal that another one
   *     was sent
   */
  ChildProcess(Process process, Executor later) {
    this.process = process;
    this.later = later;
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
      ChildProcess child =
          new ChildProcess(
              builder.start(),
              CompletableFuture.delayedExecutor(
                  OWN_SIGNAL_WITHIN.toMillis(), TimeUnit.MILLISECONDS));
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

  /**
   * Completes with the exit status. Of one that was told to end it completes a moment later: Ctrl-C
   * and {@code timeout} tell this process, too, and then the child's end is no news.
   */
  public CompletableFuture<Integer> ended() {
    return process
        .onExit()
        .thenApply(Process::exitValue)
        .thenCompose(status ->
            TOLD_TO_END.contains(status)
                ? CompletableFuture.supplyAsync(() -> status, later)
                : CompletableFuture.completedFuture(status));
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

  /** Asks it to end, and ends it where it does not, or where this thread is interrupted. */
  @Override
  public void close() {
    process.destroy();
    try {
      process.getOutputStream().close();
      if (process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (IOException gone) {
      // It reads no more, but it may still write.
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
    // Its files can go when it is gone.
    var unused =
        process.onExit().completeOnTimeout(process, GRACE.toMillis(), TimeUnit.MILLISECONDS).join();
  }
}
