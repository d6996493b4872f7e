package org.weft.shard.template;

/** What Python would raise while a template is parsed or rendered; the line is added on the way. */
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Whether the template itself raised it. */
  private final boolean raised;

  /** -1 where only the interpreter knows it. */
  private final int line;

  private final String text;

  Failure(String text) {
    this(text, -1, false);
  }

  Failure(String text, int line, boolean raised) {
    super(text, null, false, false);
    this.text = text;
    this.line = line;
    this.raised = raised;
  }

  String text() {
    return text;
  }

  int line() {
    return line;
  }

  boolean raised() {
    return raised;
  }
}
