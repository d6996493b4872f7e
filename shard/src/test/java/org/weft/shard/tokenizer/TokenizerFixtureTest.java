package org.weft.shard.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.shard.tokenizer.TokenizerFixture.Expected;

/** Against the reference tokenizers, over vocabularies small enough to keep here. */
final class TokenizerFixtureTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt-2",
        "smollm",
        "llama-bpe",
        "qwen2",
        "deepseek-llm",
        "deepseek-coder",
        "deepseek-v3",
        "default",
        "spm",
        "spm-no-prefix",
        "spm-collapse",
        "spm-no-bytes"
      })
  void shouldGiveTheReferencesIdsWhenTextsAreNasty(String name) {
    TokenizerFixture fixture = TokenizerFixture.read(name);
    for (Expected expected : fixture.cases()) {
      assertArrayEquals(
          expected.ids(),
          fixture.tokenizer().encode(expected.text(), false, expected.parse()),
          () -> name + " of " + show(expected.text()) + (expected.parse() ? ", parsed" : ""));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt-2",
        "smollm",
        "llama-bpe",
        "qwen2",
        "deepseek-llm",
        "deepseek-coder",
        "deepseek-v3",
        "default",
        "spm",
        "spm-no-prefix"
      })
  void shouldGiveTheTextBackWhenItsIdsAreDecoded(String name) {
    TokenizerFixture fixture = TokenizerFixture.read(name);
    for (Expected expected : fixture.cases()) {
      // SentencePiece writes a space as U+2581, so that the two are one to it.
      String text =
          name.startsWith("spm") ? expected.text().replace('\u2581', ' ') : expected.text();
      assertEquals(
          text,
          fixture.tokenizer().decode(expected.ids()),
          () -> name + " of " + show(expected.text()));
    }
  }

  private static String show(String text) {
    StringBuilder shown = new StringBuilder("\"");
    text.codePoints()
        .limit(80)
        .forEach(c -> {
          if (c >= ' ' && c < 0x7F) {
            shown.appendCodePoint(c);
          } else {
            shown.append("\\u{").append(Integer.toHexString(c)).append('}');
          }
        });
    return shown.append('"').toString();
  }
}
