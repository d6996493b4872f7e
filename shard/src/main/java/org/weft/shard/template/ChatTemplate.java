package org.weft.shard.template;

import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.Metadata;

/**
 * A Hugging Face chat template: Jinja (jinja2 3.1) as transformers sets it up, that is with {@code
 * trim_blocks} and {@code lstrip_blocks}, loop controls, the immutable sandbox, {@code
 * raise_exception}, {@code strftime_now} and its own {@code tojson}. What a rendering may use is
 * bounded, since templates come with models from anywhere. Immutable; any thread.
 */
public final class ChatTemplate {
  private static final int MOST_CHARS = 4 << 20;

  private final StatementParser.Parsed parsed;
  private final Clock clock;

  private ChatTemplate(StatementParser.Parsed parsed, Clock clock) {
    this.parsed = parsed;
    this.clock = clock;
  }

  /**
   * The template of a model file; empty if it has none.
   *
   * @param clock what {@code strftime_now} reads, with its zone
   */
  public static Optional<ChatTemplate> of(Metadata metadata, Clock clock) {
    return metadata.string("tokenizer.chat_template").map(source -> parse(source, clock));
  }

  /**
   * @throws ShardException TEMPLATE, naming the line
   */
  public static ChatTemplate parse(String source, Clock clock) {
    if (source.length() > MOST_CHARS) {
      throw new ShardException(
          ShardError.TEMPLATE, "The chat template has more than " + MOST_CHARS + " characters.");
    }
    try {
      return new ChatTemplate(StatementParser.parse(source), clock);
    } catch (Failure e) {
      throw failed("cannot be read", e, e.line());
    }
  }

  /**
   * Renders.
   *
   * @param context values by name: String, Boolean, Integer, Long, Double, null, List and (ordered)
   *     Map of these; {@code bos_token} and {@code eos_token} are the caller's to give
   * @throws ShardException TEMPLATE, naming the line: what the template itself raised, or why it
   *     cannot be rendered; ARGUMENT for a context value of any other kind
   */
  public String render(Map<String, ? extends Object> context) {
    Budget budget = new Budget();
    Scope globals = new Scope(null);
    Scope given = new Scope(globals);
    Interpreter interpreter = new Interpreter(budget, new Scope(given));
    Globals.add(globals, clock, budget, interpreter);
    context.forEach((name, value) -> given.put(name, ContextValues.of(name, value)));
    try {
      return interpreter.template(parsed);
    } catch (Failure e) {
      int line = e.line() < 0 ? interpreter.line() : e.line();
      if (e.raised()) {
        throw new ShardException(
            ShardError.TEMPLATE, e.text() + " (raised by the chat template, line " + line + ")");
      }
      throw failed("fails", e, line);
    } catch (StackOverflowError e) {
      throw new ShardException(
          ShardError.TEMPLATE,
          "The chat template fails at line " + interpreter.line() + ": it is nested too deep.");
    }
  }

  private static ShardException failed(String how, Failure e, int line) {
    String end = e.text().endsWith(".") ? "" : ".";
    return new ShardException(
        ShardError.TEMPLATE,
        "The chat template " + how + " at line " + line + ": " + e.text() + end);
  }
}
