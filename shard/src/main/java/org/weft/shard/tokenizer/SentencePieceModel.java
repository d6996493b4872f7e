package org.weft.shard.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/**
 * SentencePiece's byte-pair model (Kudo and Richardson, 2018): spaces become {@code ▁}, characters
 * merge into the token with the best score, and a character without a token becomes its bytes.
 * There is no cutting into words, so that one text is one long chain of merges.
 */
final class SentencePieceModel implements TextModel {
  private static final char SPACE = '\u2581';

  private final Vocabulary vocabulary;
  private final SentencePieceFlags flags;
  private final PairTable merges;
  private final int[] basic = new int[0x10000];
  private final Map<Integer, Integer> supplementary = new HashMap<>();
  private final int[] byteIds = new int[256];
  private final OptionalInt unknown;
  private int singles;

  /** What the model file says beside vocabulary and scores. */
  record SentencePieceFlags(boolean addSpacePrefix, boolean removeExtraWhitespaces) {}

  /**
   * @param scores one a token, higher merges first
   */
  SentencePieceModel(
      Vocabulary vocabulary, float[] scores, SentencePieceFlags flags, OptionalInt unknown) {
    if (scores.length != vocabulary.listed()) {
      throw new ShardException(
          ShardError.FORMAT,
          "tokenizer.ggml.scores has "
              + scores.length
              + " entries, but tokenizer.ggml.tokens has "
              + vocabulary.listed()
              + ".");
    }
    this.vocabulary = vocabulary;
    this.flags = flags;
    this.unknown = unknown;
    merges = new PairTable(vocabulary.listed() * 2);
    Arrays.fill(basic, -1);
    for (int b = 0; b < 256; b++) {
      byteIds[b] = vocabulary.id(ByteTokens.text(b)).orElse(-1);
    }
    int[] ranks = ranks(scores);
    for (int id = 0; id < vocabulary.listed(); id++) {
      String text = vocabulary.text(id);
      if (mergeable(id) && text.codePointCount(0, text.length()) == 1) {
        single(text.codePointAt(0), id);
      }
    }
    for (int id = 0; id < vocabulary.listed(); id++) {
      if (mergeable(id)) {
        addSplits(id, ranks[id]);
      }
    }
  }

  @Override
  public void encode(String text, IntBuffer ids) {
    String escaped = escape(text);
    Merger merger = new Merger(merges);
    for (int i = 0; i < escaped.length(); ) {
      int c = escaped.codePointAt(i);
      merger.add(c < basic.length ? basic[c] : supplementary.getOrDefault(c, -1), i);
      i += Character.charCount(c);
    }
    merger.merge();
    boolean wasUnknown = false;
    for (int at = 0; at >= 0 && merger.size() > 0; at = merger.next(at)) {
      int symbol = merger.symbol(at);
      if (symbol >= 0 && symbol < vocabulary.size()) {
        ids.add(symbol);
        wasUnknown = false;
      } else {
        wasUnknown = addBytes(escaped.codePointAt(merger.start(at)), wasUnknown, ids);
      }
    }
  }

  @Override
  public byte[] bytes(int id) {
    String text = vocabulary.text(id);
    return vocabulary.type(id) == TokenType.BYTE
        ? ByteTokens.bytes(text)
        : text.replace(SPACE, ' ').getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public boolean addsSpace() {
    return flags.addSpacePrefix();
  }

  private String escape(String text) {
    String kept = flags.removeExtraWhitespaces() ? collapse(text) : text;
    boolean prefix = flags.addSpacePrefix() && !kept.isEmpty();
    return (prefix ? SPACE + kept : kept).replace(' ', SPACE);
  }

  /** No space at either end, single ones between; at the end, escaped ones count too. */
  private static String collapse(String text) {
    StringBuilder kept = new StringBuilder(text.length());
    boolean afterSpace = true;
    for (int i = 0; i < text.length(); i++) {
      boolean space = text.charAt(i) == ' ';
      if (!space || !afterSpace) {
        kept.append(text.charAt(i));
      }
      afterSpace = space;
    }
    int end = kept.length();
    while (end > 0 && (kept.charAt(end - 1) == ' ' || kept.charAt(end - 1) == SPACE)) {
      end--;
    }
    return kept.substring(0, end);
  }

  /** Byte tokens for a character without one; whether it came out as the unknown token. */
  private boolean addBytes(int codePoint, boolean wasUnknown, IntBuffer ids) {
    boolean missing = false;
    for (byte b : Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)) {
      int id = byteIds[b & 0xFF];
      missing |= id < 0;
      if (id >= 0) {
        ids.add(id);
      }
    }
    if (missing && !wasUnknown) {
      unknown.ifPresent(ids::add);
    }
    return missing;
  }

  private boolean mergeable(int id) {
    return switch (vocabulary.type(id)) {
      // Of several that are written alike, text becomes one.
      case NORMAL, USER_DEFINED, UNUSED, UNDEFINED ->
          vocabulary.id(vocabulary.text(id)).equals(OptionalInt.of(id));
      // Text that merely looks like a control token must never become one.
      case CONTROL, UNKNOWN, BYTE -> false;
    };
  }

  /** Every way in which two symbols make this token. */
  private void addSplits(int id, int rank) {
    String text = vocabulary.text(id);
    for (int i = text.offsetByCodePoints(0, 1);
        i < text.length();
        i += Character.charCount(text.codePointAt(i))) {
      int left = symbol(text.substring(0, i));
      int right = left < 0 ? -1 : symbol(text.substring(i));
      if (right >= 0) {
        merges.put(left, right, rank, id);
      }
    }
  }

  private int symbol(String part) {
    int c = part.codePointAt(0);
    if (Character.charCount(c) == part.length()) {
      int known = c < basic.length ? basic[c] : supplementary.getOrDefault(c, -1);
      return known >= 0 ? known : single(c, vocabulary.size() + singles++);
    }
    OptionalInt id = vocabulary.id(part);
    return id.isPresent() && mergeable(id.getAsInt()) ? id.getAsInt() : -1;
  }

  /** A character that begins no token still takes part in merges, by a symbol of its own. */
  private int single(int codePoint, int symbol) {
    if (codePoint < basic.length) {
      basic[codePoint] = symbol;
    } else {
      supplementary.put(codePoint, symbol);
    }
    return symbol;
  }

  /** Dense ranks of the scores, the highest 0. */
  private static int[] ranks(float[] scores) {
    float[] sorted = scores.clone();
    Arrays.sort(sorted);
    int distinct = 0;
    for (int i = 0; i < sorted.length; i++) {
      if (i == 0 || Float.compare(sorted[i], sorted[i - 1]) != 0) {
        sorted[distinct++] = sorted[i];
      }
    }
    int[] ranks = new int[scores.length];
    for (int id = 0; id < scores.length; id++) {
      ranks[id] = distinct - 1 - Arrays.binarySearch(sorted, 0, distinct, scores[id]);
    }
    return ranks;
  }
}
