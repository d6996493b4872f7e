package org.weft.shard.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.shard.tokenizer.TokenizerFixture.Expected;

final class StreamingDetokenizerTest {
  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "llama-bpe", "deepseek-v3", "spm", "spm-no-prefix"})
  void shouldSayWhatDecodingSaysWhenTokensComeOneByOne(String name) {
    TokenizerFixture fixture = TokenizerFixture.read(name);
    for (Expected expected : fixture.cases()) {
      String text = fixture.tokenizer().decode(expected.ids());
      StringBuilder streamed = new StringBuilder();
      StreamingDetokenizer detokenizer = fixture.tokenizer().detokenizer();
      for (int id : expected.ids()) {
        String piece = detokenizer.accept(id);
        if (!text.contains("\uFFFD")) {
          assertFalse(piece.contains("\uFFFD"), () -> name + " split a character: " + piece);
        }
        streamed.append(piece);
      }
      if (!expected.parse()) {
        assertEquals(text, streamed.append(detokenizer.finish()).toString());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "spm", "spm-no-prefix"})
  void shouldSayWhatDecodingSaysWhenTheTokensAreRandom(String name) {
    Tokenizer tokenizer = TokenizerFixture.read(name).tokenizer();
    for (long seed = 1; seed <= 3000; seed++) {
      Random random = new Random(seed);
      int[] ids = new int[1 + random.nextInt(12)];
      for (int i = 0; i < ids.length; i++) {
        // Mostly single bytes, so that characters break in every way.
        int bound = random.nextInt(4) == 0 ? tokenizer.size() : Math.min(300, tokenizer.size());
        ids[i] = plain(tokenizer, random.nextInt(bound));
      }
      StreamingDetokenizer detokenizer = tokenizer.detokenizer();
      StringBuilder streamed = new StringBuilder();
      for (int id : ids) {
        streamed.append(detokenizer.accept(id));
      }
      streamed.append(detokenizer.finish());
      assertEquals(tokenizer.decode(ids), streamed.toString(), "seed " + seed);
    }
  }

  /** The counts are those that Python's decoder gives with errors="replace". */
  @ParameterizedTest
  @CsvSource({
    "80, 1",
    "c0 80, 2",
    "c2, 1",
    "c2 41, 2",
    "e2 82, 1",
    "e2 82 41, 2",
    "e0 9f bf, 3",
    "ed a0 80, 3",
    "ed be b0 2d, 4",
    "f0 9f 98, 1",
    "f0 9f 98 41, 2",
    "f0 8f 80 80, 4",
    "f4 90 80 80, 4",
    "f5 80, 2",
    "e2 82 e2 82 ac, 2",
    "f0 9f 98 80, 2",
    "ff fe, 2"
  })
  void shouldReplaceEachMaximalPartOnceWhenBytesAreIllFormed(String hex, int chars) {
    byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(hex);
    StringBuilder text = new StringBuilder();
    Utf8.decode(bytes, true, text);
    assertEquals(chars, text.length());
  }

  @Test
  void shouldHoldThreeBytesAtMostWhenACharacterMayStillBeCompleted() {
    StringBuilder text = new StringBuilder();
    assertEquals(
        1, Utf8.decode(new byte[] {'a', (byte) 0xF0, (byte) 0x9F, (byte) 0x98}, false, text));
    assertEquals(3, Utf8.decode(new byte[] {'a', (byte) 0xED, (byte) 0xA0}, false, text));
    assertEquals("aa\uFFFD\uFFFD", text.toString());
  }

  private static int plain(Tokenizer tokenizer, int id) {
    return tokenizer.special(id) ? plain(tokenizer, id + 1) : id;
  }
}
