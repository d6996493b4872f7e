package org.weft.shard.tokenizer;

/**
 * One stage of cutting text into words before byte pairs are merged. A rule is a regular expression
 * of the model's published tokenizer, hand-written: java.util.regex recurses on long runs and
 * backtracks over long blanks, and these must stay linear.
 */
interface SplitRule {
  /** The end of the match that begins at {@code i} ({@code i < end}); {@code i} where none does. */
  int match(String text, int i, int end);

  /**
   * Appends the ends of the pieces of {@code [start, end)}: every match, and what lies between, is
   * a piece. A rule sees one piece of the stage before it and nothing beyond.
   */
  default void split(String text, int start, int end, IntBuffer ends) {
    int piece = start;
    int i = start;
    while (i < end) {
      int matched = match(text, i, end);
      if (matched == i) {
        i += Character.charCount(text.codePointAt(i));
        continue;
      }
      if (piece < i) {
        ends.add(i);
      }
      ends.add(matched);
      i = matched;
      piece = matched;
    }
    if (piece < end) {
      ends.add(end);
    }
  }
}
