package org.weft.tools.process;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The real program in a process of its own, on the module path and with the launcher's flags. Every
 * wait is bounded; {@link #close} leaves nothing of it behind, children included.
 */
final class WeftProcess implements AutoCloseable {
  /** Longer than any start on a machine that is busy with other things. */
  static final Duration PATIENCE = Duration.ofSeconds(240);

  /** What the class path of tests holds beside the program. */
  private static final Pattern ONLY_FOR_TESTS =
      Pattern.compile("junit.*|opentest4j.*|apiguardian.*|archunit.*|slf4j.*|jazzer.*|surefire.*");

  private static @Nullable String modulePath;

  private final String shown;
  private final Process process;
  private final Lines out = new Lines();
  private final Lines err = new Lines();
  private final List<Thread> readers;

  private WeftProcess(String shown, Process process) {
    this.shown = shown;
    this.process = process;
    readers =
        List.of(
            Thread.ofVirtual().start(() -> out.readAll(process.getInputStream())),
            Thread.ofVirtual().start(() -> err.readAll(process.getErrorStream())));
  }

  /** The repository's root. */
  static Path root() {
    return Path.of(System.getProperty("weft.root", "..")).toAbsolutePath().normalize();
  }

  /** Starts {@code weft arguments...}, with its keys and state under {@code home}. */
  static WeftProcess start(Path home, List<String> arguments) {
    return start(home, List.of(), arguments);
  }

  /** The same on a file system that takes not one byte more. */
  static WeftProcess startWithFullDisk(Path home, List<String> arguments) {
    return start(home, List.of("bash", "-c", "ulimit -f 0; exec \"$@\"", "full-disk"), arguments);
  }

  /** The same with a file as its standard input. */
  static WeftProcess startReading(Path home, Path input, List<String> arguments) {
    return start(
        home,
        List.of("bash", "-c", "input=$1; shift; exec \"$@\" <\"$input\"", "reading", "" + input),
        arguments);
  }

  private static WeftProcess start(Path home, List<String> prefix, List<String> arguments) {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(command());
    // Before --module, which ends the options: what a killed process leaves goes with the test.
    command.add(prefix.size() + 1, "-Djava.io.tmpdir=" + home);
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectInput(new File("/dev/null")).directory(home.toFile());
    isolate(builder, home);
    try {
      return new WeftProcess("weft " + String.join(" ", arguments), builder.start());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Leaves out of its environment what whoever runs the tests has set for their own programs. */
  static void isolate(ProcessBuilder builder, Path home) {
    builder.environment().keySet().removeIf(name -> name.startsWith("WEFT_"));
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().put("WEFT_HOME", home.resolve("home").toString());
  }

  /** What the launcher runs, but for the folder of jars, which a test phase does not have yet. */
  static List<String> command() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "@" + root().resolve("launcher/jvm.options"),
        "-Dweft.dir=" + root(),
        "--module-path",
        modulePath(),
        "--module",
        "org.weft.tools/org.weft.tools.Weft");
  }

  /**
   * The folders of classes, and a folder of links to the jars: naming each jar would make a command
   * line too long for a process to be told by its arguments.
   */
  private static synchronized String modulePath() {
    if (modulePath == null) {
      try {
        Path jars = emptied(root().resolve("tools/target/process-tests"));
        List<String> path = new ArrayList<>(List.of(jars.toString()));
        for (String name : System.getProperty("java.class.path").split(File.pathSeparator)) {
          Path entry = Path.of(name).toAbsolutePath();
          String last = entry.getFileName().toString();
          if (Files.isRegularFile(entry.resolve("module-info.class"))) {
            path.add(entry.toString());
          } else if (Files.isRegularFile(entry) && !ONLY_FOR_TESTS.matcher(last).matches()) {
            Files.createSymbolicLink(jars.resolve(last), entry);
          }
        }
        modulePath = String.join(File.pathSeparator, path);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
    return modulePath;
  }

  private static Path emptied(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (Stream<Path> old = Files.list(folder)) {
      for (Path link : old.toList()) {
        Files.delete(link);
      }
    }
    return folder;
  }

  /** Waits for a line of standard output. */
  String awaitLine(Predicate<String> wanted) throws Exception {
    CompletableFuture<String> line = out.first(wanted);
    process.onExit().thenRun(() -> line.completeExceptionally(new IOException("it ended")));
    try {
      return line.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException | java.util.concurrent.ExecutionException missing) {
      throw new AssertionError(shown + " never said it: " + out + err, missing);
    }
  }

  /** The gateway's address without {@code /v1}, once it says that it is ready. */
  String awaitGateway() throws Exception {
    String line = awaitLine(said -> said.startsWith("ready http://"));
    return line.substring("ready ".length()).replaceAll("/v1$", "");
  }

  /** Waits for the end, and for the last line. */
  int awaitExit(Duration within) throws InterruptedException {
    if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError(shown + " still runs after " + within + ": " + out + err);
    }
    for (Thread reader : readers) {
      reader.join(Duration.ofSeconds(10));
    }
    return process.exitValue();
  }

  void terminate() {
    process.destroy();
  }

  void kill() {
    process.destroyForcibly();
  }

  boolean alive() {
    return process.isAlive();
  }

  List<ProcessHandle> children() {
    return process.descendants().toList();
  }

  /** The child that serves {@code blocks}. */
  ProcessHandle blockServer(String blocks) {
    return process
        .children()
        .filter(child -> List.of(child.info().arguments().orElseThrow()).contains(blocks))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no child serves " + blocks + ": " + out + err));
  }

  /**
   * True once a process does no more, although its new parent may not have asked for its status.
   */
  static boolean ended(ProcessHandle handle) {
    try {
      String stat = Files.readString(Path.of("/proc/" + handle.pid() + "/stat"));
      return stat.substring(stat.lastIndexOf(')')).startsWith(") Z");
    } catch (IOException gone) {
      return !handle.isAlive();
    }
  }

  /** Of a thread, by the name that Linux has for it: fields 2 and 19 of proc_pid_stat. */
  int niceness(String name) throws IOException {
    try (DirectoryStream<Path> threads =
        Files.newDirectoryStream(Path.of("/proc/" + process.pid() + "/task"))) {
      for (Path thread : threads) {
        String stat = Files.readString(thread.resolve("stat"));
        int end = stat.lastIndexOf(')');
        if (stat.substring(stat.indexOf('(') + 1, end).equals(name)) {
          return Integer.parseInt(stat.substring(end + 2).split(" ", -1)[16]);
        }
      }
    }
    throw new AssertionError("no thread is called " + name);
  }

  String out() {
    return out.toString();
  }

  /** Standard error without the JVM's own greeting, which the launcher keeps from users. */
  List<String> errors() {
    return err.copy().stream()
        .filter(line -> !line.startsWith("WARNING: Using incubator modules"))
        .toList();
  }

  @Override
  public void close() {
    List<ProcessHandle> all = new ArrayList<>(children());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
    try {
      awaitExit(Duration.ofSeconds(20));
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lines as they come. Thread-safe. */
  private static final class Lines {
    private record Waiting(Predicate<String> wanted, CompletableFuture<String> line) {}

    private final List<String> lines = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();

    void readAll(InputStream in) {
      try (BufferedReader reader =
          new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          add(line);
        }
      } catch (IOException closed) {
        // The process is gone, and its exit status says how.
        return;
      }
    }

    private synchronized void add(String line) {
      lines.add(line);
      waiting.stream()
          .filter(one -> one.wanted().test(line))
          .forEach(one -> one.line().complete(line));
    }

    synchronized CompletableFuture<String> first(Predicate<String> wanted) {
      Optional<String> said = lines.stream().filter(wanted).findFirst();
      CompletableFuture<String> line = new CompletableFuture<>();
      said.ifPresentOrElse(line::complete, () -> waiting.add(new Waiting(wanted, line)));
      return line;
    }

    synchronized List<String> copy() {
      return List.copyOf(lines);
    }

    @Override
    public synchronized String toString() {
      return String.join("\n", lines) + "\n";
    }
  }
}
