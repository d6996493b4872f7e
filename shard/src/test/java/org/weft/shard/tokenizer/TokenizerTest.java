package org.weft.shard.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.tokenizer.SentencePieceModel.SentencePieceFlags;

final class TokenizerTest {
  private static final List<String> SPM_TOKENS =
      List.of("<unk>", "<s>", "</s>", "\u2581", "a", "b", "\u2581a", "ab", "\u2581ab", "<tool>");
  private static final int[] SPM_TYPES = {2, 3, 3, 1, 1, 1, 1, 1, 1, 4};
  private static final float[] SPM_SCORES = {0, 0, 0, -9, -8, -7, -2, -1, -3, 0};

  @Test
  void shouldWriteBosBeforeATextWhateverItBeginsWith() {
    Tokenizer tokenizer = spm(true, false);
    assertArrayEquals(new int[] {1, 8}, tokenizer.encode("ab", true, true));
    assertArrayEquals(new int[] {1, 1, 8}, tokenizer.encode("<s>ab", true, true));
    assertArrayEquals(new int[] {1, 8}, tokenizer.encode("<s>ab", false, true));
    assertArrayEquals(new int[] {1}, tokenizer.encode("", true, true));
    assertArrayEquals(new int[] {}, tokenizer.encode("", false, true));
  }

  @Test
  void shouldWriteEosWhenTheModelAddsIt() {
    Tokenizer tokenizer = spm(true, true);
    assertArrayEquals(new int[] {1, 8, 2}, tokenizer.encode("ab", true, false));
    assertArrayEquals(new int[] {1, 8, 2, 2}, tokenizer.encode("ab</s>", true, true));
    assertArrayEquals(new int[] {8}, tokenizer.encode("ab", false, false));
  }

  @Test
  void shouldNotEndATextThatIsToGoOnWhenTheModelAddsEos() {
    assertArrayEquals(new int[] {1, 8}, spm(true, true).encodePrompt("ab"));
    assertArrayEquals(new int[] {1}, spm(true, true).encodePrompt(""));
    assertArrayEquals(new int[] {1, 2, 8}, spm(false, true).encodePrompt("<s></s>ab"));
    assertEquals(OptionalInt.empty(), spm(false, true).addedBos());
    assertEquals(OptionalInt.of(1), spm(true, true).addedBos());
  }

  @Test
  void shouldAddASpaceAfterEachSpecialTokenWhenSentencePiece() {
    Tokenizer tokenizer = spm(true, false);
    assertArrayEquals(new int[] {8, 9, 6, 2, 8}, tokenizer.encode("ab<tool>a</s>ab", false, true));
  }

  @Test
  void shouldNeverMakeAControlTokenOutOfPlainText() {
    List<String> tokens = List.of("<unk>", "<s>", "<", "s", ">", "<s", "\u2581");
    Tokenizer tokenizer =
        spm(tokens, new int[] {2, 3, 1, 1, 1, 1, 1}, new float[tokens.size()], false, false);
    int[] ids = tokenizer.encode("<s>", false, false);
    assertTrue(IntStream.of(ids).noneMatch(tokenizer::special));
    assertEquals("<s>", tokenizer.decode(ids));
  }

  @Test
  void shouldTakeTheAddedSpaceAwayWhenDecodingATextsBeginning() {
    Tokenizer tokenizer = spm(true, false);
    assertEquals("ab a", tokenizer.decode(new int[] {8, 6}));
    assertEquals("<s> ab", tokenizer.decode(new int[] {1, 8}));
    StreamingDetokenizer whole = tokenizer.detokenizer();
    assertEquals("ab a", whole.accept(1) + whole.accept(8) + whole.accept(6) + whole.finish());
    StreamingDetokenizer rest = tokenizer.continuation();
    assertEquals(" ab a", rest.accept(8) + rest.accept(6) + rest.finish());
  }

  @Test
  void shouldSpellAnUnmergedSymbolInBytesWhenItsTokenIsMissing() {
    List<String> tokens = new ArrayList<>(alphabet());
    // "ab" merges and is no token, "abc" is one.
    tokens.add("abc");
    Tokenizer tokenizer = bpe(tokens, List.of("a b", "ab c"));
    assertEquals(List.of("abc"), pieces(tokenizer, "abc"));
    assertEquals(List.of("a", "b", "d"), pieces(tokenizer, "abd"));
  }

  @Test
  void shouldReplaceLoneSurrogatesWhenTheTextHasThem() {
    Tokenizer tokenizer = bpe(alphabet(), List.of());
    assertEquals("a\uFFFDb", tokenizer.decode(tokenizer.encode("a\uD800b", false, false)));
    assertEquals("\uFFFD", tokenizer.decode(tokenizer.encode("\uDC00", false, false)));
    assertEquals(
        "\uFFFD\uFFFD\uD83D\uDE00\uFFFD",
        tokenizer.decode(tokenizer.encode("\uDE00\uD83D\uD83D\uDE00\uD83D", false, false)));
    TokenizerFixture spm = TokenizerFixture.read("spm");
    assertEquals(
        "\uFFFD x", spm.tokenizer().decode(spm.tokenizer().encode("\uD83D x", false, false)));
  }

  @Test
  void shouldStayLinearWhenATextIsOneMegabyteOfOneThing() {
    for (String name : List.of("gpt-2", "llama-bpe", "deepseek-llm", "deepseek-v3", "spm")) {
      Tokenizer tokenizer = TokenizerFixture.read(name).tokenizer();
      for (String unit : List.of("a", " ", "\n", "1", "!", "\u00E9", " \n", "'", "the ")) {
        String text = unit.repeat(1_000_000 / unit.length());
        assertEquals(text, tokenizer.decode(tokenizer.encode(text, false, true)), name);
      }
    }
  }

  @Test
  void shouldRefuseIdsWhenTheyAreOutsideTheVocabulary() {
    Tokenizer tokenizer = spm(true, false);
    for (int id : new int[] {-1, SPM_TOKENS.size(), Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      refused(ShardError.ARGUMENT, () -> tokenizer.decode(new int[] {4, id}));
      refused(ShardError.ARGUMENT, () -> tokenizer.bytes(id, true));
      refused(ShardError.ARGUMENT, () -> tokenizer.piece(id));
      refused(ShardError.ARGUMENT, () -> tokenizer.ends(id));
      refused(ShardError.ARGUMENT, () -> tokenizer.special(id));
      refused(ShardError.ARGUMENT, () -> tokenizer.detokenizer().accept(id));
    }
  }

  @Test
  void shouldRefuseAPreTokenizerWhenItsNameIsUnknown() {
    ShardException refused = refused(ShardError.UNSUPPORTED, () -> PreTokenizer.named("woven"));
    assertTrue(String.valueOf(refused.getMessage()).contains("\"woven\""));
  }

  @Test
  void shouldRefuseAVocabularyWhenItsPartsDisagree() {
    refused(ShardError.FORMAT, () -> new Vocabulary(List.of("a", "b"), new int[] {1}, 2));
    refused(ShardError.FORMAT, () -> new Vocabulary(List.of("a"), new int[] {7}, 1));
    refused(ShardError.FORMAT, () -> new Vocabulary(List.of(), new int[] {}, 1));
    refused(ShardError.FORMAT, () -> bpe(alphabet(), List.of("ab")));
    refused(ShardError.FORMAT, () -> bpe(alphabet(), List.of("a ")));
    refused(ShardError.FORMAT, () -> spm(SPM_TOKENS, SPM_TYPES, new float[3], false, false));
  }

  @Test
  void shouldEndGenerationsAtTheWellKnownTokensWhateverTheirType() {
    Vocabulary vocabulary =
        new Vocabulary(List.of("<|im_end|>", "</s>", "a", "<|end|>"), new int[] {1, 1, 1, 3}, 4);
    BitSet ends = new BitSet();
    SpecialIds.addNamed(vocabulary, ends);
    assertEquals(BitSet.valueOf(new long[] {0b1001}), ends);
    assertTrue(vocabulary.special(0));
    assertFalse(vocabulary.special(1));
  }

  @Test
  void shouldLeaveControlTokensOutOfBytesUnlessAskedFor() {
    Tokenizer tokenizer = spm(true, false);
    assertEquals(0, tokenizer.bytes(1, false).length);
    assertArrayEquals(new byte[] {'<', 's', '>'}, tokenizer.bytes(1, true));
    assertEquals("\u2581ab", tokenizer.piece(8));
  }

  private static List<String> pieces(Tokenizer tokenizer, String text) {
    return IntStream.of(tokenizer.encode(text, false, false)).mapToObj(tokenizer::piece).toList();
  }

  private static List<String> alphabet() {
    return IntStream.range(0, 256)
        .mapToObj(b -> String.valueOf(BytePairModel.ByteAlphabet.character(b)))
        .toList();
  }

  private static Tokenizer bpe(List<String> tokens, List<String> merges) {
    Vocabulary vocabulary = new Vocabulary(tokens, null, tokens.size());
    OptionalInt none = OptionalInt.empty();
    return new VocabularyTokenizer(
        vocabulary,
        new SpecialIds(none, none, none, false, false, new BitSet()),
        new BytePairModel(vocabulary, merges, PreTokenizer.named("gpt-2"), none));
  }

  private static Tokenizer spm(boolean addBos, boolean addEos) {
    return spm(SPM_TOKENS, SPM_TYPES, SPM_SCORES, addBos, addEos);
  }

  private static Tokenizer spm(
      List<String> tokens, int[] types, float[] scores, boolean addBos, boolean addEos) {
    Vocabulary vocabulary = new Vocabulary(tokens, types, tokens.size());
    OptionalInt unknown = OptionalInt.of(0);
    return new VocabularyTokenizer(
        vocabulary,
        new SpecialIds(OptionalInt.of(1), OptionalInt.of(2), unknown, addBos, addEos, new BitSet()),
        new SentencePieceModel(vocabulary, scores, new SentencePieceFlags(true, false), unknown));
  }

  private static ShardException refused(
      ShardError error, org.junit.jupiter.api.function.Executable call) {
    ShardException refused = assertThrows(ShardException.class, call);
    assertEquals(error, refused.error());
    return refused;
  }
}
