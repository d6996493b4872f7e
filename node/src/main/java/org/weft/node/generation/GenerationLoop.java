package org.weft.node.generation;

import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.session.Cancellation;
import org.weft.node.session.InferenceSession;

/**
 * Prompt ids to tokens and text: opens a session, fills it with the prompt, then samples and steps
 * until the answer ends. Every call runs in its caller's thread; thread-safe.
 */
public final class GenerationLoop implements AutoCloseable {
  /** Characters per token that no prose reaches; beyond that it is worth a closer look. */
  private static final long LONG_TOKEN = 16;

  private final LanguageModel model;
  private final GenerationConfig config;
  private final LongSupplier nanoTime;
  private final SessionOpener opener;
  private final HeadQueue head;

  public GenerationLoop(LanguageModel model, GenerationConfig config, LongSupplier nanoTime) {
    this.model = model;
    this.config = config;
    this.nanoTime = nanoTime;
    this.opener = new SessionOpener(model.sessions(), config.openWait(), nanoTime);
    this.head = new HeadQueue(model.ends(), model.width(), model.vocabulary());
  }

  public GenerationLoop(LanguageModel model) {
    this(model, GenerationConfig.defaults(), System::nanoTime);
  }

  public LanguageModel model() {
    return model;
  }

  /**
   * Generates one answer. Cancelling closes the session at once, and the call returns with
   * CANCELLED.
   *
   * @throws NodeException TOO_LONG, OUT_OF_CACHE, NO_ROUTE and whatever a session refuses with
   */
  public GenerationResult generate(
      GenerationRequest request, Cancellation cancellation, TokenListener listener) {
    return new Generation(model, config, nanoTime, opener, head, request, cancellation, listener)
        .run();
  }

  /**
   * The logits after every one of {@code ids}, in order, {@code chunk} rows of the chain at a time.
   *
   * @throws NodeException ARGUMENT for no ids or one outside the vocabulary; TOO_LONG
   */
  public void logits(int[] ids, int chunk, Cancellation cancellation, LogitsListener listener) {
    requireFits(ids, 0);
    if (chunk < 1) {
      throw new NodeException(NodeError.ARGUMENT, "a chunk has one row or more, got " + chunk);
    }
    TokenRows rows = new TokenRows(model, ids, ids.length);
    HeadQueue.Slot slot = head.borrow();
    try (OpenSession open = OpenSession.open(opener, ids.length, rows, cancellation)) {
      open.score(head, slot, model.width(), 0, ids.length, chunk, listener);
    } catch (RuntimeException e) {
      throw Generation.sentence(e, cancellation);
    } finally {
      head.giveBack(slot);
    }
  }

  /** Refuses a prompt that is empty, has ids outside the vocabulary or leaves no room. */
  public void requireFits(int[] ids, int room) {
    Generation.requireFits(model, ids, room);
  }

  /**
   * Refuses a text that cannot fit whatever its tokens are, before time goes into finding them.
   *
   * @throws NodeException TOO_LONG
   */
  public void requireHope(long characters) {
    long positions = model.positions();
    if (characters > positions * LONG_TOKEN && characters > positions * longestToken()) {
      throw new NodeException(
          NodeError.TOO_LONG,
          "the prompt has far more tokens than the model's context of %d".formatted(positions));
    }
  }

  /** Twice the longest token's bytes: a tokenizer may drop white space. */
  private long longestToken() {
    int longest = 1;
    for (int id = 0; id < model.tokenizer().size(); id++) {
      longest = Math.max(longest, model.tokenizer().bytes(id, true).length);
    }
    return 2L * longest;
  }

  /** Ends the thread of the output head. The model stays open: its owner closes it. */
  @Override
  public void close() {
    head.close();
  }

  /** Hears of logits, f32 [vocabulary], good until it returns. */
  @FunctionalInterface
  public interface LogitsListener {
    void logits(int position, MemorySegment logits);
  }

  /** A session that a cancellation closes from outside. One thread's but for that. */
  static final class OpenSession implements AutoCloseable {
    private final SessionOpener opener;
    private final InferenceSession session;
    private final Cancellation.Registration registration;

    static OpenSession open(
        SessionOpener opener, int maxLength, TokenRows rows, Cancellation cancellation) {
      InferenceSession session = opener.open(maxLength, rows, cancellation);
      return new OpenSession(opener, session, cancellation.onCancel(session::close));
    }

    private OpenSession(
        SessionOpener opener, InferenceSession session, Cancellation.Registration registration) {
      this.opener = opener;
      this.session = session;
      this.registration = registration;
    }

    int maxLength() {
      return session.maxLength();
    }

    MemorySegment last(int position, int count) {
      return session.step(position, count, InferenceSession.Rows.LAST);
    }

    /** Logits after each of the positions [from, to). */
    void score(
        HeadQueue head,
        HeadQueue.Slot slot,
        int width,
        int from,
        int to,
        int chunk,
        LogitsListener listener) {
      long rowBytes = (long) width * Float.BYTES;
      for (int at = from; at < to; at += chunk) {
        int count = Math.min(chunk, to - at);
        MemorySegment hidden = session.step(at, count, InferenceSession.Rows.ALL);
        for (int i = 0; i < count; i++) {
          listener.logits(at + i, head.logits(slot, hidden.asSlice(i * rowBytes, rowBytes)));
        }
      }
    }

    @Override
    public void close() {
      registration.close();
      session.close();
      opener.released();
    }
  }
}
