package org.weft.shard.tokenizer;

import static org.weft.shard.tokenizer.CharClass.LETTER;
import static org.weft.shard.tokenizer.CharClass.PUNCTUATION;

import java.util.List;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/**
 * How a text is cut into words within which byte pairs merge: the rules that {@code
 * tokenizer.ggml.pre} names, each applied to the pieces of the one before it.
 *
 * @param ignoreMerges a word that is a token as a whole becomes that token, whatever the merges
 * @param addBos whether such models begin with BOS when their file does not say
 */
record PreTokenizer(List<SplitRule> rules, boolean ignoreMerges, boolean addBos) {
  PreTokenizer {
    rules = List.copyOf(rules);
  }

  /** The names are those that GGUF files carry; models with the same rules share a line. */
  static PreTokenizer named(String name) {
    return switch (name) {
      case "gpt-2", "phi-2", "mpt", "olmo", "jais", "gigachat", "a.x-4.0", "mellum" ->
          plain(WordRules::gpt2);
      case "exaone4", "trillion", "granite-docling" -> plain(WordRules::gpt2);
      case "smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b" ->
          plain(WordRules.numbers(1), WordRules::gpt2);
      case "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "lfm2" ->
          new PreTokenizer(List.of(WordRules.llama3(3)), true, true);
      case "smaug-bpe", "dbrx", "chatglm-bpe" -> plain(WordRules.llama3(3));
      case "glm4" -> new PreTokenizer(List.of(WordRules.llama3(3)), true, false);
      case "qwen2", "deepseek-r1-qwen", "stablelm2", "megrez", "kormo", "hunyuan", "grok-2" ->
          plain(WordRules.llama3(1));
      case "deepseek-llm" ->
          plain(
              RangeRules::lineBreak,
              RangeRules.blankAndRunOf(RangeRules.DEEPSEEK_LETTERS),
              RangeRules.blankAndRunOf(RangeRules.DEEPSEEK_PUNCTUATION),
              new RangeRules.TrailingBlanks(),
              RangeRules.runOf(RangeRules.DEEPSEEK_IDEOGRAPHS),
              RangeRules.numberRun());
      case "deepseek-coder" ->
          plain(
              RangeRules::lineBreak,
              RangeRules.blankAndRunOfClass(LETTER),
              RangeRules.blankAndRunOfClass(PUNCTUATION),
              RangeRules.runOf(RangeRules.DEEPSEEK_IDEOGRAPHS),
              WordRules.numbers(1));
      case "deepseek-v3", "hunyuan-dense" ->
          plain(
              WordRules.numbers(3),
              RangeRules.runOf(RangeRules.DEEPSEEK3_IDEOGRAPHS),
              WordRules::deepseek3);
      case "default" ->
          plain(
              RangeRules::punctuation,
              WordRules::gpt2,
              RangeRules.numberRun(),
              RangeRules::threeDigits);
      default ->
          throw new ShardException(
              ShardError.UNSUPPORTED,
              "The model's pre-tokenizer \""
                  + name
                  + "\" (tokenizer.ggml.pre) is not supported; gpt-2, llama-bpe, smollm, qwen2 and"
                  + " the deepseek ones are.");
    };
  }

  /** The ends of the words of {@code text}, ascending; the last is its length. */
  IntBuffer words(String text) {
    IntBuffer ends = new IntBuffer(text.length() / 4);
    rules.getFirst().split(text, 0, text.length(), ends);
    for (SplitRule rule : rules.subList(1, rules.size())) {
      IntBuffer finer = new IntBuffer(ends.size() * 2);
      int start = 0;
      for (int i = 0; i < ends.size(); i++) {
        rule.split(text, start, ends.get(i), finer);
        start = ends.get(i);
      }
      ends = finer;
    }
    return ends;
  }

  private static PreTokenizer plain(SplitRule... rules) {
    return new PreTokenizer(List.of(rules), false, false);
  }
}
