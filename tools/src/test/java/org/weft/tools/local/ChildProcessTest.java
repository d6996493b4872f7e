package org.weft.tools.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChildProcessTest {
  private static final int PATIENCE_SECONDS = 60;

  /** What is to happen once this process has had its own signal, if there is one. */
  private final BlockingQueue<Runnable> later = new LinkedBlockingQueue<>();

  private final Process process;
  private final CompletableFuture<Integer> ended;

  ChildProcessTest() throws IOException {
    // It ends when its standard input does.
    process = new ProcessBuilder("sh", "-c", "read line; exit $line").start();
    ended = new ChildProcess(process, later::add).ended();
  }

  @AfterEach
  void end() {
    process.destroyForcibly();
  }

  @Test
  void shouldTellOfAnEndThatWasAskedForOnceThisProcessKnowsWhetherItIsAskedToo() throws Exception {
    process.destroy();
    Runnable tell = later.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertFalse(ended.isDone());
    tell.run();
    assertEquals(128 + 15, ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  @Test
  void shouldTellAtOnceOfAnEndThatNobodyAskedFor() throws Exception {
    process.destroyForcibly();
    assertEquals(128 + 9, ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  @Test
  void shouldTellAtOnceOfAFailure() throws Exception {
    process.getOutputStream().write("1\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    process.getOutputStream().flush();
    assertEquals(1, ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }
}
