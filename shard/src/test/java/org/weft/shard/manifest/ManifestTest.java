package org.weft.shard.manifest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.gguf.GgufWriter;

class ManifestTest {
  @TempDir Path folder;

  private static GgufWriter head() {
    return new GgufWriter()
        .string("general.architecture", "llama")
        .u32("llama.block_count", 2)
        .f32("llama.rope.freq_base", 10000)
        .integers("llama.list", 1, -2)
        .strings("llama.words", List.of("a b", "", "50%"))
        .bool("llama.flag", true)
        .string("tokenizer.ggml.model", "gpt2")
        .string("tokenizer.chat_template", "{{ x }}");
  }

  private static GgufWriter model() {
    return head().floats("b é", new long[] {2, 1}, 1, 2).floats("a", new long[] {1}, 3);
  }

  private Manifest of(GgufWriter writer) {
    try (GgufFile file = open(writer)) {
      return Manifest.of(file, PlainTree::root);
    }
  }

  private GgufFile open(GgufWriter writer) {
    return GgufFile.open(writer.write(folder.resolve("m.gguf")));
  }

  private static String hash(int... littleEndianFloats) throws Exception {
    byte[] bytes = new byte[4 * littleEndianFloats.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (Float.floatToIntBits(littleEndianFloats[i / 4]) >>> 8 * (i % 4));
    }
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    return HexFormat.of().formatHex(sha.digest(MessageDigest.getInstance("SHA-256").digest(bytes)));
  }

  @Test
  void shouldWriteTheDocumentedBytesWhenModelIsSmall() throws Exception {
    String expected =
        """
        weft-manifest 1
        key general.architecture s llama
        key llama.block_count i 2
        key llama.flag b 1
        key llama.list i* 1 -2
        key llama.rope.freq_base f 40c3880000000000
        key llama.words s* a%20b  50%25
        tensor a F32 1 HASH_A
        tensor b%20%C3%A9 F32 2x1 HASH_B
        """
            .replace("HASH_A", hash(3))
            .replace("HASH_B", hash(1, 2));
    Manifest manifest = of(model());
    assertEquals(expected, new String(manifest.bytes(), StandardCharsets.US_ASCII));
    byte[] sha = MessageDigest.getInstance("SHA-256").digest(manifest.bytes());
    assertEquals(ModelId.of(sha), manifest.id());
    assertEquals(List.of("a", "b é"), manifest.tensors());
  }

  @Test
  void shouldGiveOneIdWhenOnlyFormDiffers() {
    ModelId id = of(model()).id();
    GgufWriter turned =
        new GgufWriter()
            .version(2)
            .alignment(64)
            .string("general.name", "another name")
            .u32("general.file_type", 7)
            .u64("llama.block_count", 2)
            .bool("llama.flag", true)
            .f64("llama.rope.freq_base", 10000)
            .strings("llama.words", List.of("a b", "", "50%"))
            .array("llama.list", 5, 2, new byte[] {1, 0, 0, 0, -2, -1, -1, -1})
            .string("general.architecture", "llama")
            .string("tokenizer.chat_template", "edited")
            .floats("a", new long[] {1}, 3)
            .floats("b é", new long[] {2, 1}, 1, 2);
    assertEquals(id, of(turned).id());
    Path first = folder.resolve("s-00001-of-00002.gguf");
    head().u16("split.no", 0).u16("split.count", 2).write(first);
    new GgufWriter()
        .u16("split.no", 1)
        .u16("split.count", 2)
        .floats("a", new long[] {1}, 3)
        .floats("b é", new long[] {2, 1}, 1, 2)
        .write(folder.resolve("s-00002-of-00002.gguf"));
    try (GgufFile split = GgufFile.open(first)) {
      assertEquals(id, Manifest.of(split, PlainTree::root).id());
    }
  }

  @Test
  void shouldGiveAnotherIdWhenContentDiffers() {
    GgufWriter bits = head().floats("b é", new long[] {2, 1}, 1, 3).floats("a", new long[] {1}, 3);
    GgufWriter shape = head().floats("b é", new long[] {1, 2}, 1, 2).floats("a", new long[] {1}, 3);
    GgufWriter name = head().floats("c", new long[] {2, 1}, 1, 2).floats("a", new long[] {1}, 3);
    Set<ModelId> ids =
        Set.of(
            of(model()).id(),
            of(bits).id(),
            of(shape).id(),
            of(name).id(),
            of(model().u32("llama.more", 1)).id(),
            of(model().f32("llama.rope.scale", 1)).id());
    assertEquals(6, ids.size());
  }

  @Test
  void shouldReadItsOwnBytesWhenParsed() {
    Manifest manifest = of(model());
    Manifest parsed = Manifest.parse(manifest.bytes());
    assertArrayEquals(manifest.bytes(), parsed.bytes());
    assertEquals(manifest.id(), parsed.id());
  }

  private static final String HASH = " " + "0".repeat(64) + "\n";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "weft-manifest 2\n",
        "weft-manifest 1",
        "weft-manifest 1\nkey a i 1",
        "weft-manifest 1\nkey a i 01\n",
        "weft-manifest 1\nkey a i +1\n",
        "weft-manifest 1\nkey a i 99999999999999999999\n",
        "weft-manifest 1\nkey a i\n",
        "weft-manifest 1\nkey a i 1 2\n",
        "weft-manifest 1\nkey a x 1\n",
        "weft-manifest 1\nkey a  1\n",
        "weft-manifest 1\nkey a * 1\n",
        "weft-manifest 1\nkey a ix 1\n",
        "weft-manifest 1\nkey a b 2\n",
        "weft-manifest 1\nkey a f 12\n",
        "weft-manifest 1\nkey a f 40C3880000000000\n",
        "weft-manifest 1\nkey a s %4\n",
        "weft-manifest 1\nkey a s %41\n",
        "weft-manifest 1\nkey a s %e9\n",
        "weft-manifest 1\nkey a s é\n",
        "weft-manifest 1\nkey b i 1\nkey a i 1\n",
        "weft-manifest 1\nkey a i 1\nkey a i 1\n",
        "weft-manifest 1\n\n",
        "weft-manifest 1\nkey a i 1\r\n",
        "weft-manifest 1\ntensor a F32 1 00\n",
        "weft-manifest 1\ntensor a F99 1HASH",
        "weft-manifest 1\ntensor a F32 0HASH",
        "weft-manifest 1\ntensor a F32 1x-1HASH",
        "weft-manifest 1\ntensor a F32 1x1x1x1x1HASH",
        "weft-manifest 1\ntensor a F32 1HASHkey a i 1\n",
      })
  void shouldRefuseWhenBytesAreNotCanonical(String text) {
    byte[] bytes = text.replace("HASH", HASH).getBytes(StandardCharsets.UTF_8);
    ShardException e = assertThrows(ShardException.class, () -> Manifest.parse(bytes));
    assertEquals(ShardError.FORMAT, e.error());
  }

  @Test
  void shouldRefuseEveryPrefixWhenItEndsWithinALine() {
    byte[] whole = of(model()).bytes();
    for (int length = 0; length < whole.length; length++) {
      byte[] prefix = java.util.Arrays.copyOf(whole, length);
      if (length < 16 || whole[length - 1] != '\n') {
        assertThrows(ShardException.class, () -> Manifest.parse(prefix));
      } else {
        assertNotEquals(of(model()).id(), Manifest.parse(prefix).id());
      }
    }
  }

  private void mismatch(Manifest manifest, GgufWriter other, String tensor, String says) {
    try (GgufFile file = open(other)) {
      ShardException e =
          assertThrows(
              ShardException.class, () -> manifest.check(file, Set.of(tensor), PlainTree::root));
      assertEquals(ShardError.MISMATCH, e.error());
      assertTrue(e.getMessage().contains(says), e.getMessage());
      assertTrue(e.getMessage().contains("m.gguf"), e.getMessage());
    }
  }

  @Test
  void shouldNameTheTensorWhenItDiffers() {
    Manifest manifest = of(model());
    GgufWriter other = head().floats("b é", new long[] {1, 2}, 1, 2).floats("a", new long[] {1}, 4);
    mismatch(manifest, other, "a", "the bytes of tensor 'a'");
    mismatch(manifest, other, "b é", "tensor 'b é' is F32 1x2, and should be F32 2x1");
    mismatch(manifest, model(), "c", "tensor 'c' is missing in the manifest");
    mismatch(manifest, head(), "a", "tensor 'a' is missing in the file");
    mismatch(manifest, model().u8("llama.x", 1), "a", "key 'llama.x' is missing in the manifest");
  }

  @Test
  void shouldAcceptWhenOnlyOtherTensorsDiffer() {
    Manifest manifest = of(model());
    GgufWriter other = head().floats("a", new long[] {1}, 3).floats("z", new long[] {1}, 9);
    List<Long> done = new ArrayList<>();
    try (GgufFile file = open(other)) {
      manifest.check(file, List.of("a"), PlainTree::root, (bytes, total) -> done.add(bytes));
    }
    assertEquals(List.of(4L), done);
  }

  @Test
  void shouldTellHowFarItIsWhenHashing() {
    List<String> heard = new ArrayList<>();
    try (GgufFile file = open(model())) {
      Manifest.of(file, PlainTree::root, (done, total) -> heard.add(done + "/" + total));
    }
    assertEquals(List.of("8/12", "12/12"), heard);
  }

  @Test
  void shouldRefuseWhenFileIsCutShortWhileItIsHashed() throws Exception {
    int floats = 1 << 20;
    GgufWriter writer = head().floats("w", new long[] {floats}, new float[floats]);
    try (GgufFile file = open(writer);
        FileChannel channel =
            FileChannel.open(folder.resolve("m.gguf"), StandardOpenOption.WRITE)) {
      channel.truncate(4096);
      ShardException e =
          assertThrows(ShardException.class, () -> Manifest.of(file, PlainTree::root));
      assertEquals(ShardError.FILE, e.error());
      assertTrue(e.getMessage().contains("m.gguf"), e.getMessage());
    }
  }

  @Test
  void shouldHashTheTokenizerApartWhenTheTemplateIsEdited() {
    byte[] before;
    byte[] reordered;
    byte[] edited;
    try (GgufFile file = open(model())) {
      before = Manifest.tokenizerHash(file);
    }
    GgufWriter turned =
        new GgufWriter()
            .string("tokenizer.chat_template", "{{ x }}")
            .string("tokenizer.ggml.model", "gpt2");
    try (GgufFile file = open(turned)) {
      reordered = Manifest.tokenizerHash(file);
    }
    try (GgufFile file = open(turned.string("tokenizer.chat_template.tool_use", "y"))) {
      edited = Manifest.tokenizerHash(file);
    }
    assertArrayEquals(before, reordered);
    assertNotEquals(HexFormat.of().formatHex(before), HexFormat.of().formatHex(edited));
  }

  @Test
  void shouldRoundTripWhenIdIsWrittenAsHex() {
    ModelId id = of(model()).id();
    assertEquals(id, ModelId.parse(id.toString()));
    assertEquals(id.hashCode(), ModelId.of(id.bytes()).hashCode());
    assertEquals(12, id.brief().length());
    for (String bad : List.of("", "ab", "g".repeat(64), id + "0")) {
      ShardException e = assertThrows(ShardException.class, () -> ModelId.parse(bad));
      assertEquals(ShardError.ARGUMENT, e.error());
    }
    assertThrows(ShardException.class, () -> ModelId.of(new byte[31]));
  }
}
