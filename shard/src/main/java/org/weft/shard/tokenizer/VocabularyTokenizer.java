package org.weft.shard.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/** The tokenizer of a model file: special tokens here, the text between them by its model. */
final class VocabularyTokenizer implements Tokenizer {
  private static final byte[] NOTHING = {};

  private final Vocabulary vocabulary;
  private final SpecialIds specials;
  private final TextModel model;
  private final SpecialMatcher always = new SpecialMatcher();
  private final SpecialMatcher parsed = new SpecialMatcher();
  private final byte[][] bytes;

  VocabularyTokenizer(Vocabulary vocabulary, SpecialIds specials, TextModel model) {
    this.vocabulary = vocabulary;
    this.specials = specials;
    this.model = model;
    bytes = new byte[vocabulary.size()][];
    for (int id = 0; id < bytes.length; id++) {
      String text = vocabulary.text(id);
      bytes[id] =
          switch (vocabulary.type(id)) {
            case NORMAL, BYTE, UNUSED, UNDEFINED -> model.bytes(id);
            case USER_DEFINED -> {
              always.add(text, id);
              parsed.add(text, id);
              yield text.getBytes(StandardCharsets.UTF_8);
            }
            case CONTROL, UNKNOWN -> {
              parsed.add(text, id);
              yield text.getBytes(StandardCharsets.UTF_8);
            }
          };
    }
  }

  @Override
  public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
    IntBuffer ids = new IntBuffer(text.length() / 2);
    boolean begins = addSpecial && specials.addBos() && specials.bos().isPresent();
    if (begins) {
      ids.add(specials.bos().getAsInt());
    }
    encode(wellFormed(text), parseSpecial ? parsed : always, ids, begins);
    if (addSpecial && specials.addEos() && specials.eos().isPresent()) {
      int eos = specials.eos().getAsInt();
      if (ids.size() == 0 || ids.get(ids.size() - 1) != eos) {
        ids.add(eos);
      }
    }
    return ids.toArray();
  }

  private void encode(String text, SpecialMatcher matcher, IntBuffer ids, boolean begins) {
    int from = 0;
    boolean first = true;
    for (int i = 0; i < text.length() && !matcher.isEmpty(); ) {
      int id = matcher.match(text, i);
      if (id < 0) {
        i++;
        continue;
      }
      if (from < i) {
        model.encode(text.substring(from, i), first, ids);
      }
      boolean second = begins && i == 0 && id == specials.bos().orElse(-1);
      if (!second) {
        ids.add(id);
      }
      first = true;
      i += vocabulary.text(id).length();
      from = i;
    }
    if (from < text.length()) {
      model.encode(text.substring(from), first, ids);
    }
  }

  @Override
  public String decode(int[] ids) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(ids.length * 4);
    for (int i = 0; i < ids.length; i++) {
      byte[] piece = bytes[vocabulary.check(ids[i])];
      int skip = i == 0 && spaceAdded(ids[i]) ? 1 : 0;
      out.write(piece, skip, piece.length - skip);
    }
    StringBuilder text = new StringBuilder(out.size());
    Utf8.decode(out.toByteArray(), true, text);
    return text.toString();
  }

  @Override
  public byte[] bytes(int id, boolean special) {
    vocabulary.check(id);
    return !special && vocabulary.special(id) ? NOTHING : bytes[id].clone();
  }

  @Override
  public boolean spaceAdded(int id) {
    TokenType type = vocabulary.type(id);
    return model.addsSpace()
        && type == TokenType.NORMAL
        && bytes[id].length > 0
        && bytes[id][0] == ' ';
  }

  @Override
  public String piece(int id) {
    return vocabulary.text(id);
  }

  @Override
  public int size() {
    return vocabulary.size();
  }

  @Override
  public OptionalInt bos() {
    return specials.bos();
  }

  @Override
  public OptionalInt eos() {
    return specials.eos();
  }

  @Override
  public boolean ends(int id) {
    return specials.ends(vocabulary.check(id));
  }

  @Override
  public boolean special(int id) {
    return vocabulary.special(id);
  }

  /** Half a surrogate pair has no UTF-8: it becomes U+FFFD. */
  private static String wellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        int c = text.codePointAt(i);
        if (c < 0x10000) {
          return replaceLoneSurrogates(text, i);
        }
        i++;
      }
    }
    return text;
  }

  private static String replaceLoneSurrogates(String text, int from) {
    StringBuilder replaced = new StringBuilder(text);
    for (int i = from; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (text.codePointAt(i) < 0x10000) {
          replaced.setCharAt(i, '\uFFFD');
        } else {
          i++;
        }
      }
    }
    return replaced.toString();
  }
}
