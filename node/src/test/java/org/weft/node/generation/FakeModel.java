package org.weft.node.generation;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.session.Cancellation;
import org.weft.node.session.HiddenSource;
import org.weft.node.session.InferenceSession;
import org.weft.node.session.SessionFactory;
import org.weft.shard.template.ChatTemplate;

/**
 * A model that says what a test wants, one token after another, and otherwise wanders; its logits
 * depend on all tokens so far and on nothing else. Sessions count pages, and can be held up.
 */
public final class FakeModel {
  public static final int WIDTH = 4;

  private static final String TEMPLATE =
      "{% for m in messages %}{% if m.content == 'refuse me' %}{{ raise_exception('no') }}"
          + "{% endif %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
          + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

  private final FakeTokenizer tokenizer;
  private final ChatFormat chatFormat;
  private final int context;
  private final ConcurrentMap<Integer, int[]> answers = new ConcurrentHashMap<>();
  private final Sessions sessions = new Sessions();
  private volatile int[] script = {};
  private volatile int failAt = Integer.MAX_VALUE;
  private volatile int holdAt = Integer.MAX_VALUE;
  private volatile boolean holdsOpening;
  private volatile int capacity = Integer.MAX_VALUE;
  private final AtomicInteger used = new AtomicInteger();
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger steps = new AtomicInteger();
  private volatile CountDownLatch held = new CountDownLatch(1);
  private volatile CountDownLatch closed = new CountDownLatch(1);

  public FakeModel(int context, boolean adds) {
    this(context, adds, new ChatFormat.Template(ChatTemplate.parse(TEMPLATE, Clock.systemUTC())));
  }

  public FakeModel(int context, boolean adds, ChatFormat chatFormat) {
    this.tokenizer = new FakeTokenizer(adds);
    this.chatFormat = chatFormat;
    this.context = context;
  }

  public LanguageModel model() {
    Ends ends =
        new Ends() {
          @Override
          public void embed(int[] tokens, int from, int count, MemorySegment into) {
            for (int i = 0; i < count; i++) {
              into.setAtIndex(ValueLayout.JAVA_FLOAT, (long) i * WIDTH, tokens[from + i]);
            }
          }

          @Override
          public void logits(MemorySegment hidden, int rows, MemorySegment logits) {
            for (int row = 0; row < rows; row++) {
              fill(hidden, row, logits);
            }
          }
        };
    return new LanguageModel(
        "fake",
        "weft-fake",
        context,
        WIDTH,
        tokenizer.size(),
        ends,
        tokenizer,
        chatFormat,
        sessions);
  }

  public FakeTokenizer tokenizer() {
    return tokenizer;
  }

  /** Whatever the prompt is, the answer is this, then its end. */
  public FakeModel says(String text) {
    int[] ids = tokenizer.encode(text, false, true);
    script = Arrays.copyOf(ids, ids.length + 1);
    script[ids.length] = FakeTokenizer.END;
    return this;
  }

  /** Answers are random, long, and depend on prompt and sampling alone. */
  public FakeModel wanders() {
    script = new int[0];
    return this;
  }

  /** A step that reaches this position fails. */
  public FakeModel failsAt(int position) {
    failAt = position;
    return this;
  }

  /** A step that reaches this position waits until its session is closed. */
  public FakeModel holdsAt(int position) {
    holdAt = position;
    held = new CountDownLatch(1);
    closed = new CountDownLatch(1);
    return this;
  }

  /** A session opens no sooner than it is cancelled. */
  public FakeModel holdsOpening() {
    held = new CountDownLatch(1);
    holdsOpening = true;
    return this;
  }

  /** Positions that all sessions together may reserve. */
  public FakeModel capacity(int positions) {
    capacity = positions;
    return this;
  }

  /** Positions that open sessions have reserved. */
  public int used() {
    return used.get();
  }

  public int opened() {
    return opened.get();
  }

  public int steps() {
    return steps.get();
  }

  /** Waits for a step that is held up. */
  public void awaitHeld() throws InterruptedException {
    if (!held.await(20, TimeUnit.SECONDS)) {
      throw new AssertionError("no step reached the position that holds");
    }
  }

  /** Waits until a session was closed since {@link #holdsAt}. */
  public void awaitClosed() throws InterruptedException {
    if (!closed.await(20, TimeUnit.SECONDS)) {
      throw new AssertionError("no session was closed");
    }
  }

  private void fill(MemorySegment hidden, int row, MemorySegment logits) {
    float wanted = hidden.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * WIDTH + 1);
    float state = hidden.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * WIDTH + 2);
    SplittableRandom noise = new SplittableRandom(Float.floatToRawIntBits(state));
    int size = tokenizer.size();
    for (int id = 0; id < size; id++) {
      float logit = (float) (noise.nextDouble() * 4 - 2);
      if (wanted < 0) {
        logit += id >= 'a' && id <= 'z' ? 6 : tokenizer.special(id) ? -9 : 0;
      }
      logits.setAtIndex(ValueLayout.JAVA_FLOAT, (long) row * size + id, id == wanted ? 40 : logit);
    }
  }

  /** The token after {@code history}: the script goes on where its longest part ends it. */
  private int next(int[] history, int length) {
    int[] wanted = script;
    for (int said = Math.min(wanted.length - 1, length); said >= 0; said--) {
      if (Arrays.equals(wanted, 0, said, history, length - said, length)) {
        return wanted[said];
      }
    }
    return -1;
  }

  private final class Sessions implements SessionFactory {
    @Override
    public InferenceSession open(int maxLength, HiddenSource source, Cancellation cancellation) {
      if (holdsOpening) {
        awaitCancel(cancellation);
      }
      if (maxLength > capacity) {
        throw new NodeException(NodeError.OUT_OF_CACHE, "there is not that much cache", false, 30);
      }
      if (used.addAndGet(maxLength) > capacity) {
        used.addAndGet(-maxLength);
        throw new NodeException(NodeError.OUT_OF_CACHE, "the caches are full", false, 30);
      }
      opened.incrementAndGet();
      return new Session(maxLength, source);
    }

    private void awaitCancel(Cancellation cancellation) {
      CountDownLatch cancelled = new CountDownLatch(1);
      Cancellation.Registration registration = cancellation.onCancel(cancelled::countDown);
      try {
        held.countDown();
        if (!cancelled.await(30, TimeUnit.SECONDS)) {
          throw new AssertionError("a held opening was never cancelled");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        registration.close();
      }
      throw new NodeException(NodeError.CLOSED, "the session was closed as it opened");
    }

    @Override
    public int maxLength() {
      return context;
    }

    @Override
    public void close() {}
  }

  private final class Session implements InferenceSession {
    private final int maxLength;
    private final HiddenSource source;
    private final int[] history;
    private final CountDownLatch gone = new CountDownLatch(1);
    private final MemorySegment rows;
    private int length;
    private boolean open = true;

    Session(int maxLength, HiddenSource source) {
      this.maxLength = maxLength;
      this.source = source;
      this.history = new int[maxLength];
      this.rows = Arena.ofAuto().allocate((long) maxLength * WIDTH * Float.BYTES);
    }

    @Override
    public int maxLength() {
      return maxLength;
    }

    @Override
    public MemorySegment step(int position, int count, Rows want) {
      if (gone.getCount() == 0) {
        throw closedError();
      }
      if (position > length || position + count > maxLength) {
        throw new NodeException(NodeError.TOO_LONG, "a gap, or beyond the reservation");
      }
      steps.incrementAndGet();
      source.read(position, count, rows);
      for (int i = 0; i < count; i++) {
        history[position + i] = (int) rows.getAtIndex(ValueLayout.JAVA_FLOAT, (long) i * WIDTH);
      }
      length = position + count;
      if (length >= failAt) {
        throw new NodeException(NodeError.UNREACHABLE, "block server n2 left", false, 1500);
      }
      if (length >= holdAt) {
        hold();
      }
      for (int i = 0; i < count; i++) {
        int end = position + i + 1;
        rows.setAtIndex(ValueLayout.JAVA_FLOAT, (long) i * WIDTH + 1, next(history, end));
        rows.setAtIndex(
            ValueLayout.JAVA_FLOAT,
            (long) i * WIDTH + 2,
            Arrays.hashCode(Arrays.copyOf(history, end)) & 0xffffff);
      }
      long rowBytes = (long) WIDTH * Float.BYTES;
      return switch (want) {
        case NONE -> rows.asSlice(0, 0);
        case LAST -> rows.asSlice((count - 1) * rowBytes, rowBytes);
        case ALL -> rows.asSlice(0, count * rowBytes);
      };
    }

    private void hold() {
      held.countDown();
      try {
        if (!gone.await(Duration.ofSeconds(30).toMillis(), TimeUnit.MILLISECONDS)) {
          throw new AssertionError("a held session was never closed");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      throw closedError();
    }

    private NodeException closedError() {
      return new NodeException(NodeError.CLOSED, "the session is closed");
    }

    @Override
    public synchronized void close() {
      if (open) {
        open = false;
        used.addAndGet(-maxLength);
        gone.countDown();
        closed.countDown();
      }
    }
  }
}
