package org.weft.shard.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/**
 * Byte-level byte-pair encoding (Radford et al., "Language Models are Unsupervised Multitask
 * Learners", 2019): words are cut by the {@link PreTokenizer}, their UTF-8 bytes written in 256
 * visible characters, and neighbours merged in the order of the merges.
 */
final class BytePairModel implements TextModel {
  private final Vocabulary vocabulary;
  private final PreTokenizer words;
  private final PairTable merges;
  private final int[] byteSymbols = new int[256];

  /** What symbols beyond the vocabulary spell: some merges make no token of their own. */
  private final List<String> untokened = new ArrayList<>();

  private final OptionalInt unknown;

  /**
   * @param merges pairs such as {@code "Ġ t"}, the first merged first
   */
  BytePairModel(
      Vocabulary vocabulary, List<String> merges, PreTokenizer words, OptionalInt unknown) {
    this.vocabulary = vocabulary;
    this.words = words;
    this.unknown = unknown;
    this.merges = new PairTable(merges.size());
    Map<String, Integer> extra = new HashMap<>();
    for (int b = 0; b < 256; b++) {
      byteSymbols[b] = symbol(String.valueOf(ByteAlphabet.character(b)), extra);
    }
    for (int rank = 0; rank < merges.size(); rank++) {
      String merge = merges.get(rank);
      int space = merge.indexOf(' ', 1);
      if (space < 0 || space == merge.length() - 1) {
        throw new ShardException(
            ShardError.FORMAT,
            "tokenizer.ggml.merges entry " + rank + " is not two tokens with a space between.");
      }
      String left = merge.substring(0, space);
      String right = merge.substring(space + 1);
      this.merges.put(symbol(left, extra), symbol(right, extra), rank, symbol(left + right, extra));
    }
  }

  @Override
  public void encode(String text, IntBuffer ids) {
    IntBuffer ends = words.words(text);
    Merger merger = new Merger(merges);
    int start = 0;
    StringBuilder whole = words.ignoreMerges() ? new StringBuilder() : null;
    for (int i = 0; i < ends.size(); i++) {
      int end = ends.get(i);
      merger.clear();
      addBytes(text, start, end, merger);
      if (whole == null || !wholeWord(merger, whole, ids)) {
        merger.merge();
        for (int at = 0; at >= 0; at = merger.next(at)) {
          emit(merger.symbol(at), ids);
        }
      }
      start = end;
    }
  }

  @Override
  public byte[] bytes(int id) {
    String text = vocabulary.text(id);
    return vocabulary.type(id) == TokenType.BYTE
        ? ByteTokens.bytes(text)
        : ByteAlphabet.bytes(text);
  }

  @Override
  public boolean addsSpace() {
    return false;
  }

  private boolean wholeWord(Merger merger, StringBuilder whole, IntBuffer ids) {
    whole.setLength(0);
    for (int i = 0; i < merger.size(); i++) {
      whole.append(ByteAlphabet.character(merger.start(i)));
    }
    OptionalInt id = vocabulary.id(whole.toString());
    if (id.isEmpty() || vocabulary.special(id.getAsInt())) {
      return false;
    }
    ids.add(id.getAsInt());
    return true;
  }

  /** Adds the UTF-8 bytes of {@code [start, end)}, each with its value for a start. */
  private void addBytes(String text, int start, int end, Merger merger) {
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        addByte(c, merger);
      } else if (c < 0x800) {
        addByte(0xC0 | (c >> 6), merger);
        addByte(0x80 | (c & 0x3F), merger);
      } else if (!Character.isSurrogate(c)) {
        addByte(0xE0 | (c >> 12), merger);
        addByte(0x80 | ((c >> 6) & 0x3F), merger);
        addByte(0x80 | (c & 0x3F), merger);
      } else {
        int codePoint = text.codePointAt(i++);
        addByte(0xF0 | (codePoint >> 18), merger);
        addByte(0x80 | ((codePoint >> 12) & 0x3F), merger);
        addByte(0x80 | ((codePoint >> 6) & 0x3F), merger);
        addByte(0x80 | (codePoint & 0x3F), merger);
      }
    }
  }

  private void addByte(int value, Merger merger) {
    merger.add(byteSymbols[value], value);
  }

  private void emit(int symbol, IntBuffer ids) {
    if (symbol < vocabulary.size()) {
      ids.add(symbol);
      return;
    }
    String text = untokened.get(symbol - vocabulary.size());
    for (int i = 0; i < text.length(); i++) {
      OptionalInt id = vocabulary.id(text.substring(i, i + 1));
      if (id.isPresent()) {
        ids.add(id.getAsInt());
      } else if (unknown.isPresent()) {
        ids.add(unknown.getAsInt());
      }
    }
  }

  private int symbol(String text, Map<String, Integer> extra) {
    OptionalInt id = vocabulary.id(text);
    if (id.isPresent()) {
      return id.getAsInt();
    }
    return extra.computeIfAbsent(
        text,
        added -> {
          untokened.add(added);
          return vocabulary.size() + untokened.size() - 1;
        });
  }

  /** The 256 characters in which vocabularies write bytes. */
  static final class ByteAlphabet {
    private static final char[] CHARACTERS = new char[256];
    private static final short[] BYTES = new short[0x200];

    static {
      Arrays.fill(BYTES, (short) -1);
      int shifted = 0x100;
      for (int b = 0; b < 256; b++) {
        boolean visible = (b > 0x20 && b < 0x7F) || (b > 0xA0 && b != 0xAD);
        CHARACTERS[b] = (char) (visible ? b : shifted++);
        BYTES[CHARACTERS[b]] = (short) b;
      }
    }

    static char character(int value) {
      return CHARACTERS[value];
    }

    /** Back to bytes; a token with any other character stands for itself. */
    static byte[] bytes(String text) {
      byte[] bytes = new byte[text.length()];
      for (int i = 0; i < bytes.length; i++) {
        char c = text.charAt(i);
        if (c >= BYTES.length || BYTES[c] < 0) {
          return text.getBytes(StandardCharsets.UTF_8);
        }
        bytes[i] = (byte) BYTES[c];
      }
      return bytes;
    }

    private ByteAlphabet() {}
  }
}
