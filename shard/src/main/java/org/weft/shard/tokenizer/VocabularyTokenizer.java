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
    bytes = new byte[vocabulary.listed()][];
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
    if (addSpecial) {
      addedBos().ifPresent(ids::add);
    }
    encode(wellFormed(text), parseSpecial ? parsed : always, ids);
    if (addSpecial && specials.addEos()) {
      specials.eos().ifPresent(ids::add);
    }
    return ids.toArray();
  }

  private void encode(String text, SpecialMatcher matcher, IntBuffer ids) {
    int from = 0;
    for (int i = 0; i < text.length() && !matcher.isEmpty(); ) {
      int id = matcher.match(text, i);
      if (id < 0) {
        i++;
        continue;
      }
      if (from < i) {
        model.encode(text.substring(from, i), ids);
      }
      ids.add(id);
      i += vocabulary.text(id).length();
      from = i;
    }
    if (from < text.length()) {
      model.encode(text.substring(from), ids);
    }
  }

  @Override
  public String decode(int[] ids) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(ids.length * 4);
    for (int i = 0; i < ids.length; i++) {
      byte[] piece = stored(ids[i]);
      int skip = i == 0 && spaceAdded(ids[i]) ? 1 : 0;
      out.write(piece, skip, piece.length - skip);
    }
    StringBuilder text = new StringBuilder(out.size());
    Utf8.decode(out.toByteArray(), true, text);
    return text.toString();
  }

  @Override
  public byte[] bytes(int id, boolean special) {
    return !special && vocabulary.special(id) ? NOTHING : stored(id).clone();
  }

  private byte[] stored(int id) {
    return vocabulary.check(id) < bytes.length ? bytes[id] : NOTHING;
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
  public OptionalInt addedBos() {
    return specials.addBos() ? specials.bos() : OptionalInt.empty();
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
