package org.weft.node.generation;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.weft.shard.tokenizer.Tokenizer;

/** One token a byte, a few words, and special tokens. */
public final class FakeTokenizer implements Tokenizer {
  /** Ends an answer. */
  public static final int END = 256;

  /** Special, and no end. */
  public static final int START = 257;

  private static final List<String> SPECIAL = List.of("<|im_end|>", "<|im_start|>", "<s>");
  private static final List<String> WORDS = List.of("the", " stop", "ab", " over", "abc");
  private static final int BOS = 258;
  private static final int FIRST_WORD = 259;

  private final boolean adds;

  /** {@code adds}: where special tokens are added, encoding begins with BOS and ends with END. */
  public FakeTokenizer(boolean adds) {
    this.adds = adds;
  }

  @Override
  public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
    IntStream.Builder ids = IntStream.builder();
    if (addSpecial && adds) {
      ids.add(BOS);
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int at = 0; at < bytes.length; ) {
      int best = bytes[at] & 0xff;
      int length = 1;
      for (int id = parseSpecial ? END : FIRST_WORD; id < size(); id++) {
        byte[] token = bytes(id, true);
        if (token.length > length
            && at + token.length <= bytes.length
            && Arrays.equals(token, Arrays.copyOfRange(bytes, at, at + token.length))) {
          best = id;
          length = token.length;
        }
      }
      ids.add(best);
      at += length;
    }
    if (addSpecial && adds) {
      ids.add(END);
    }
    return ids.build().toArray();
  }

  @Override
  public String decode(int[] ids) {
    byte[] all = new byte[ids.length * 16];
    int length = 0;
    for (int id : ids) {
      byte[] bytes = bytes(id, true);
      System.arraycopy(bytes, 0, all, length, bytes.length);
      length += bytes.length;
    }
    return new String(all, 0, length, StandardCharsets.UTF_8);
  }

  @Override
  public byte[] bytes(int id, boolean special) {
    if (id < END) {
      return new byte[] {(byte) id};
    }
    if (id < FIRST_WORD) {
      return special ? SPECIAL.get(id - END).getBytes(StandardCharsets.UTF_8) : new byte[0];
    }
    return WORDS.get(id - FIRST_WORD).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String piece(int id) {
    return new String(bytes(id, true), StandardCharsets.UTF_8);
  }

  @Override
  public int size() {
    return FIRST_WORD + WORDS.size();
  }

  @Override
  public OptionalInt bos() {
    return OptionalInt.of(BOS);
  }

  @Override
  public OptionalInt addedBos() {
    return adds ? bos() : OptionalInt.empty();
  }

  @Override
  public OptionalInt eos() {
    return OptionalInt.of(END);
  }

  @Override
  public boolean ends(int id) {
    return id == END;
  }

  @Override
  public boolean special(int id) {
    return id >= END && id < FIRST_WORD;
  }
}
