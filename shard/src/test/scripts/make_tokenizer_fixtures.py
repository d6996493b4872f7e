"""Writes the fixtures of TokenizerFixtureTest.

    python3 -m venv venv && venv/bin/pip install tokenizers==0.23.3 sentencepiece==0.2.3 protobuf
    venv/bin/python shard/src/test/scripts/make_tokenizer_fixtures.py

Small vocabularies are trained on the text below with the pre-tokenizers of the models' public tokenizer.json, and texts
made to hurt are encoded with them: byte-level BPE by the PyPI package tokenizers, SPM by sentencepiece itself.
"""
import io
import json
import os

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../resources/org/weft/shard/tokenizer")

CORPUS = """The quick brown fox jumps over the lazy dog; it's what they've always done, and we'll see that you're not surprised.
I'M SURE THEY'LL SAY IT'S FINE, and he'd say so too. Don't you think? We've seen 1234567890 of them in 2024, or 3.14159 of 22/7.
def weave(threads, cloth=None):
    if cloth is None:
        cloth = []
    for thread in threads:
        cloth.append(thread)   # many short threads, one cloth
    return cloth

\tint main(void) {\r\n\t\tprintf("hello, world\\n");\r\n\t\treturn 0;\r\n\t}
Voix ambiguë d'un cœur qui, au zéphyr, préfère les jattes de kiwis. Falsches Üben von Xylophonmusik quält jeden größeren Zwerg.
Съешь же ещё этих мягких французских булок, да выпей чаю. Ξεσκεπάζω την ψυχοφθόρα βδελυγμία.
いろはにほへと ちりぬるを 我が世誰ぞ 常ならむ カタカナ 日本語のテキスト。你好，世界！这是一个测试。나는 학생입니다 안녕하세요 세계
مرحبا بالعالم كيف حالك اليوم שלום עולם नमस्ते दुनिया
The threads of the cloth are the threads of the weaver, and the weaver weaves the cloth of many threads in the weather.
whether together another other mother father feather leather there where here were we went when then than that this these those
<div class="row"><a href="https://example.org/a/b?c=d&e=f#g">link</a></div> {"key": [1, 2, 3], "value": null}
""" * 3

TEXTS = [
    "", " ", "  ", "   ", "\n", "\n\n", "\t", "\r\n", " \n ", "\n \n", "  \r\n\t x", "a", " a", "a ", "  a", "a  b", "a\tb", "a\n\nb\n",
    "Hello world", " Hello, y'all! How are you 😁 ?我想在apple工作1314151天～", "The threads of the cloth, the weaver's leather.",
    "I'm you're we've they'll he'd it's can't", "I'M YOU'RE WE'VE THEY'LL HE'D IT'S CAN'T", "'sa 'ta 're 'x ''s '", "don'ts o'clock 'LL' 'Ve'",
    "it'\u017f long s, \u212a kelvin, stra\u00dfe \ufb06 \u1e9e \u0130stanbul", "0", "00", "1234567890", " 1 22 333 4444 55555 666666", "x=1;y=22;z=333",
    "3.14159 and 2,718,281 or 1e-10", "\u0661\u0662\u0663\u0664 \u00bd\u00be \u2167\u2168 \u00b2\u00b3 \u2460\u2461 \U0001d7d8\U0001d7d9\U0001d7da\U0001d7db",
    "def f(x):\n    return x ** 2  # square\n\n\nclass A:\n\tpass\n", "if (a&&b||!c) { d->e[0] += f<g>::h(1, \"s\\n\"); }", "{\"a\": [1, 2.5, null], \"b\": {}}",
    "a\u00a0b\u00a0\u00a0c", "a\u2003b\u2009\u2009c\u3000d\u3000\u3000e", "a\u0085b\u2028c\u2029d\u200be\ufefff", "\u1680\u205f\u202f x", "\x1c\x1d\x1e\x1f x\x00y",
    "Voix ambigu\u00eb d'un c\u0153ur", "nai\u0308ve cafe\u0301 de\u0301ja\u0300 \u0301 \u0301x", "Z\u0351\u036b\u0343a\u0329\u0360l\u0349g\u0317o\u034e",
    "Съешь же ещё, Ёлка!", "Ξεσκεπάζω ΑΣΔΦ ς", "日本語のテキスト、カタカナー。ひらがな", "你好，世界！这是一个测试。", "안녕하세요 세계 나는 학생", "漢字かな交じり文123abc。", "㐀䶵 龥龦 ﾊﾝｶｸ ｶﾞ",
    "مرحبا بالعالم! كيف ١٢٣؟", "שלום, עולם \u200f(1)\u200e", "नमस्ते दुनिया क्षि", "ภาษาไทยไม่มีช่องว่าง", "မြန်မာ ᠮᠣᠩᠭᠣᠯ ꮳꮃꭹ ᲐᲑ აბ ⴰⴱ",
    "👩‍👩‍👧‍👦 🇫🇷 👍🏽 ☃️ ❤️‍🔥 1️⃣", "😀😀😀a😀 b", "𐐀𐐨 𝔘𝔫𝔦 𠀀𠀁 𞤀𞥃", "\U0010ffff \ue000 \ufffe \ufffd",
    "!!! ??? ... --- ___ ///", "«quotes» “curly” ‘single’ „low“ …", "$100 €50 £20 ¥1 +1 <2> =3 ^4 ~5 |6 `7`", "（全角）！？；：～", "a.b,c;d:e!f?g/h\\i|j-k_l",
    "!a ?B .c_d -e /usr/bin #define @user %s", "x\r\ny\rz\n\r\n w", "end with spaces   ", "   begin", "\n  indented\n    more\n", " .\n\n", "!!\n\n  !!\r\n", "\t\t\tx", "x \t \t y",
    "▁already▁marked ▁ x▁", "<0x41> <0xE2> Ġ Ċ", "https://example.org/a/b?c=d&e=f#g", "user@example.org", "fooBar FooBar foo_bar foo-bar HTTPServer2Go",
    "a" * 200, " " * 150, "\n" * 100, "ab " * 70, "the" * 60, "!" * 90, "1" * 100, "é" * 60, "日" * 40, "😀" * 30, "\u0301" * 40, " \t" * 40, "'s" * 30,
]
SPECIAL_TEXTS = [
    "<|start|>", "<|start|>user\nhi<|stop|>\n", "x<|start|> <|stop|>y", "<|start|><|start|>a", "<|start", "<|start|", "<<|stop|>>", "<|stop|>more", "<|stop|><|stop|>more>",
    "call <tool>f(1)</tool> now", "<tool><tool></tool>", "<tool", " <tool> ", "a<|start|>1<tool>2<|stop|>3",
]

GPT2 = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
LLAMA3 = r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""
QWEN2 = LLAMA3.replace("{1,3}", "")
DEEPSEEK3 = r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""
DEEPSEEK_LETTERS = (
    "A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-"
    "\u1f7dᾀ-ᾴᾶ-ᾼ\u1fbeῂ-ῄῆ-ῌῐ-\u1fd3ῖ-\u1fdbῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u2126ℨ\u212a-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ"
    "\U00010400-\U0001044f𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃")
IDEOGRAPHS = "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"


def split(pattern):
    return pre_tokenizers.Split(Regex(pattern), "isolated")


def sequence(*stages):
    return pre_tokenizers.Sequence([*stages, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


PRE = {
    "gpt-2": pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
    "smollm": pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]),
    "llama-bpe": sequence(split(LLAMA3)),
    "qwen2": sequence(split(QWEN2)),
    "deepseek-llm": sequence(split("[\r\n]"), split(r"\s?[" + DEEPSEEK_LETTERS + "]+"), split(r"\s?[!-/:-~！-／：-～‘-‟　-。]+"), split(r"\s+$"),
                             split(IDEOGRAPHS), split(r"\p{N}+")),
    "deepseek-coder": sequence(split("[\r\n]"), split(r"\s?\p{L}+"), split(r"\s?\p{P}+"), split(IDEOGRAPHS), split(r"\p{N}")),
    "deepseek-v3": sequence(split(r"\p{N}{1,3}"), split("[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+"), split(DEEPSEEK3)),
    "default": sequence(split(r"[\p{P}\$\+<=>\^~\|]+"), split(GPT2), split(r"\p{N}+"), split("[0-9][0-9][0-9]")),
}
ADDED = [("<|start|>", True), ("<|stop|>", True), ("<|stop|>more", True), ("<tool>", False), ("</tool>", False)]


def byte_level(name):
    t = Tokenizer(models.BPE(ignore_merges=False))
    t.pre_tokenizer = PRE[name]
    t.train_from_iterator([CORPUS], trainers.BpeTrainer(vocab_size=750, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    state = json.loads(t.to_str())["model"]
    merges = [tuple(m) if isinstance(m, list) else tuple(m.split(" ")) for m in state["merges"]]
    whole = name == "llama-bpe"
    if whole:
        # Tokens that no merge reaches: only a whole word finds them.
        merges = [m for i, m in enumerate(merges) if i < 300 or i % 3]
    vocab = state["vocab"]
    t = Tokenizer(models.BPE(vocab=vocab, merges=merges, ignore_merges=whole))
    t.pre_tokenizer = PRE[name]
    t.decoder = decoders.ByteLevel()
    tokens = [k for k, _ in sorted(vocab.items(), key=lambda kv: kv[1])]
    types = [1] * len(tokens)
    for text, special in ADDED:
        t.add_tokens([AddedToken(text, special=special, normalized=False)])
        assert t.token_to_id(text) == len(tokens)
        tokens.append(text)
        types.append(3 if special else 4)
    def ids(texts, parse):
        t.encode_special_tokens = not parse
        return [t.encode(text, add_special_tokens=False).ids for text in texts]

    return {"model": "gpt2", "pre": name, "tokens": tokens, "types": types, "merges": [" ".join(m) for m in merges], "ids": ids(TEXTS, False),
            "special": ids(SPECIAL_TEXTS, False), "parsed": ids(SPECIAL_TEXTS, True)}


def sentence_piece(prefix, collapse, fallback=True):
    from sentencepiece import sentencepiece_model_pb2 as proto
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS.split("\n")), model_writer=model, model_type="bpe", vocab_size=800, byte_fallback=fallback, add_dummy_prefix=prefix,
        remove_extra_whitespaces=collapse, normalization_rule_name="identity", character_coverage=0.985, minloglevel=2, allow_whitespace_only_pieces=not collapse,
        control_symbols=["<|start|>", "<|stop|>"])
    p = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    m = proto.ModelProto.FromString(model.getvalue())
    return {"model": "llama", "prefix": prefix, "collapse": collapse, "tokens": [x.piece for x in m.pieces], "scores": [round(x.score, 3) for x in m.pieces],
            "types": [x.type for x in m.pieces], "ids": [p.encode(t) for t in TEXTS]}


def write(name, fixture):
    path = os.path.join(OUT, name + ".json")
    with open(path, "w", encoding="utf-8", newline="\n") as f:
        # Escaped, since editors and git like to mend line ends and combining marks.
        json.dump(fixture, f, ensure_ascii=True, separators=(",", ":"))
        f.write("\n")
    print(name, os.path.getsize(path), "bytes")


write("texts", {"plain": TEXTS, "special": SPECIAL_TEXTS})
for name in PRE:
    write(name, byte_level(name))
write("spm", sentence_piece(True, False))
write("spm-no-prefix", sentence_piece(False, False))
write("spm-collapse", sentence_piece(True, True))
write("spm-no-bytes", sentence_piece(True, False, fallback=False))
