package org.weft.shard.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import org.weft.shard.tokenizer.SentencePieceModel.SentencePieceFlags;

/** A small tokenizer and the ids that its reference gives, of make_tokenizer_fixtures.py. */
record TokenizerFixture(Tokenizer tokenizer, List<Expected> cases) {
  private static final ObjectMapper JSON = new ObjectMapper();

  record Expected(String text, boolean parse, int[] ids) {}

  static TokenizerFixture read(String name) {
    JsonNode file = json(name);
    JsonNode texts = json("texts");
    List<Expected> cases = new ArrayList<>();
    add(cases, texts.get("plain"), false, file.get("ids"));
    if (file.has("special")) {
      add(cases, texts.get("special"), false, file.get("special"));
      add(cases, texts.get("special"), true, file.get("parsed"));
    }
    return new TokenizerFixture(tokenizer(file), cases);
  }

  private static void add(List<Expected> cases, JsonNode texts, boolean parse, JsonNode ids) {
    for (int i = 0; i < texts.size(); i++) {
      cases.add(new Expected(texts.get(i).asText(), parse, ints(ids.get(i))));
    }
  }

  private static Tokenizer tokenizer(JsonNode file) {
    List<String> tokens = strings(file.get("tokens"));
    Vocabulary vocabulary = new Vocabulary(tokens, ints(file.get("types")), tokens.size());
    SpecialIds specials =
        new SpecialIds(
            OptionalInt.empty(),
            OptionalInt.empty(),
            vocabulary.id("<unk>"),
            false,
            false,
            new BitSet());
    if (file.get("model").asText().equals("gpt2")) {
      return new VocabularyTokenizer(
          vocabulary,
          specials,
          new BytePairModel(
              vocabulary,
              strings(file.get("merges")),
              PreTokenizer.named(file.get("pre").asText()),
              specials.unknown()));
    }
    float[] scores = new float[vocabulary.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = file.get("scores").get(i).floatValue();
    }
    return new VocabularyTokenizer(
        vocabulary,
        specials,
        new SentencePieceModel(
            vocabulary,
            scores,
            new SentencePieceFlags(
                file.get("prefix").asBoolean(), file.get("collapse").asBoolean()),
            specials.unknown()));
  }

  private static JsonNode json(String name) {
    try (InputStream in = TokenizerFixture.class.getResourceAsStream(name + ".json")) {
      return JSON.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(each -> strings.add(each.asText()));
    return strings;
  }

  private static int[] ints(JsonNode array) {
    int[] ints = new int[array.size()];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = array.get(i).intValue();
    }
    return ints;
  }
}
