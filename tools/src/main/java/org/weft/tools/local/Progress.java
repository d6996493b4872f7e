package org.weft.tools.local;

import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Says on standard error how far long work is: a bar on a terminal, a line a stage elsewhere. One
 * thread at a time.
 */
public final class Progress {
  private static final Duration REDRAW = Duration.ofMillis(100);
  private static final int WIDTH = 78;

  private final PrintStream err;
  private final boolean terminal;
  private final boolean quiet;
  private @Nullable ProgressBar bar;
  private @Nullable String stage;

  private Progress(PrintStream err, boolean terminal, boolean quiet) {
    this.err = err;
    this.terminal = terminal;
    this.quiet = quiet;
  }

  /** On standard error; on a terminal with bars. */
  public static Progress onStandardError() {
    return new Progress(System.err, Boolean.getBoolean("weft.stderr.terminal"), false);
  }

  /** Bars on a terminal, nothing elsewhere: for commands whose output is read by programs. */
  public static Progress onTerminalOnly() {
    boolean terminal = Boolean.getBoolean("weft.stderr.terminal");
    return new Progress(System.err, terminal, !terminal);
  }

  public static Progress none() {
    return new Progress(System.err, false, true);
  }

  /** A stage has come as far as {@code done} of {@code total} bytes. */
  public void bytes(String name, long done, long total) {
    if (quiet) {
      return;
    }
    if (!name.equals(stage)) {
      begin(name, total);
    }
    if (bar != null) {
      bar.maxHint(total);
      bar.stepTo(done);
      if (done >= total) {
        end();
      }
    }
  }

  /** A line of what is being done. */
  public void say(String line) {
    end();
    stage = null;
    if (!quiet) {
      err.println(line);
    }
  }

  private void begin(String name, long total) {
    end();
    stage = name;
    if (terminal) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(name)
              .setInitialMax(total)
              .setUnit(" MB", 1_000_000)
              .setStyle(ProgressBarStyle.UNICODE_BLOCK)
              .setUpdateIntervalMillis((int) REDRAW.toMillis())
              .setConsumer(new ConsoleProgressBarConsumer(err, WIDTH))
              .clearDisplayOnFinish()
              .build();
    } else {
      err.println(name + " (" + (total + 999_999) / 1_000_000 + " MB)");
    }
  }

  private void end() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }

  /** Takes the bar off the terminal. */
  public void clear() {
    end();
  }
}
