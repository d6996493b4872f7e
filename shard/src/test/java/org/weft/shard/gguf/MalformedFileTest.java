package org.weft.shard.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/** Every way in which a file can be broken has its own sentence, which names file and field. */
class MalformedFileTest {
  @TempDir Path folder;

  record Fault(String name, byte[] bytes, ShardError error, String says) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final long[] FOUR = {4};

  private static GgufWriter model() {
    return new GgufWriter().string("general.architecture", "llama").floats("a", FOUR, 1, 2, 3, 4);
  }

  private static Fault damaged(String name, GgufWriter writer, String says) {
    return new Fault(name, writer.bytes(), ShardError.FORMAT, says);
  }

  private static Fault cut(String name, int bytes, String says) {
    return new Fault(name, Arrays.copyOf(model().bytes(), bytes), ShardError.FORMAT, says);
  }

  private static Fault unsupported(String name, GgufWriter writer, String says) {
    return new Fault(name, writer.bytes(), ShardError.UNSUPPORTED, says);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static Stream<Fault> faults() {
    byte[] huge = new byte[8];
    Arrays.fill(huge, (byte) 0xff);
    byte[] sixteen = new byte[16];
    return Stream.of(
        new Fault("text", utf8("hello world"), ShardError.FORMAT, "is not a GGUF file"),
        cut("magic", 3, "inside the magic number"),
        cut("version", 6, "inside the version"),
        cut("counts", 20, "inside the metadata count"),
        cut("few", 36, "the tensor count is 1, more than its 36 bytes can hold"),
        cut("key", 57, "inside the length of the value of 'general.architecture'"),
        cut("value", 62, "inside the length of the value of 'general.architecture'"),
        cut("info", 90, "inside the type of tensor 'a'"),
        cut("data", model().bytes().length - 1, "tensor 'a' is 16 bytes at offset 0"),
        unsupported("v1", model().version(1), "of GGUF version 1, and Weft reads"),
        unsupported("v99", model().version(99), "of GGUF version 99, and Weft reads"),
        unsupported("endian", model().version(3 << 24), "big-endian GGUF file (version 3)"),
        damaged("tensors", model().tensorCount(-2), "tensor count is 18446744073709551614"),
        damaged("many", model().tensorCount(1000), "the tensor count is 1000, more than"),
        damaged("keys", model().keyCount(Long.MAX_VALUE), "metadata count is 9223372036854775807"),
        damaged("more", model().keyCount(2), "tensor 0 has no name"),
        damaged("type", model().raw("k", 13, sixteen), "the type of the value of 'k' is 13"),
        damaged("length", model().raw("k", 8, huge), "of 'k' is 18446744073709551615 bytes"),
        damaged("bool", model().raw("k", 7, new byte[] {2}), "'k' is the truth value 2"),
        damaged("emptyKey", model().u8("", 1), "metadata key 1 is empty"),
        damaged("twice", model().u8("k", 1).u8("k", 1), "the metadata key 'k' twice"),
        damaged("array", model().array("k", 4, 1L << 40, sixteen), "count of the value of 'k' is"),
        damaged("element", model().array("k", 77, 1, sixteen), "element type of the value of 'k'"),
        damaged("string", model().array("k", 8, 1, huge), "of the value of 'k', string 0 is 1844"),
        unsupported("nested", model().array("k", 9, 1, sixteen), "is an array of arrays"),
        damaged("alignment", model().alignment(24), "general.alignment is 24"),
        damaged("zeroAlign", model().u32("general.alignment", 0), "general.alignment is 0"),
        damaged("name", model().floats("", FOUR, 1, 2, 3, 4), "tensor 1 has no name"),
        damaged("again", model().floats("a", FOUR, 1, 2, 3, 4), "two tensors 'a'"),
        damaged("scalar", model().floats("b", new long[0], 1), "'b' has 0 dimensions"),
        damaged("five", model().floats("b", new long[] {1, 1, 1, 1, 1}, 1), "'b' has 5 dimensions"),
        damaged(
            "zero", model().floats("b", new long[] {4, 0}, 1), "dimension 1 of tensor 'b' is 0"),
        damaged(
            "product",
            model().floats("b", new long[] {1L << 40, 1L << 40}, 1),
            "dimension 1 of tensor 'b' is 1099511627776"),
        damaged(
            "bytes",
            model().floats("b", new long[] {1L << 62}, 1),
            "'b' has 4611686018427387904 elements"),
        damaged(
            "blocks",
            model().tensor("b", TensorType.Q8_0, new long[] {48}, new byte[68]),
            "rows of 48 elements, not whole Q8_0 blocks of 32"),
        unsupported(
            "withdrawn",
            model().tensor("b", 4, new long[] {256}, 32, new byte[66]),
            "tensor 'b' has the withdrawn type Q4_2, which Weft does not read yet"),
        damaged(
            "iq2",
            model().tensor("b", 16, new long[] {256}, 32, new byte[65]),
            "tensor 'b' is 66 bytes at offset 32"),
        unsupported(
            "unknown",
            model().tensor("b", 1234, new long[] {256}, 32, new byte[66]),
            "tensor 'b' has the unknown type 1234"),
        damaged(
            "misaligned",
            model().tensor("b", 0, FOUR, 40, sixteen),
            "the offset of tensor 'b' is 40, not a multiple of the alignment 32"),
        damaged(
            "outside",
            model().tensor("b", 0, FOUR, 1L << 40, sixteen),
            "tensor 'b' is 16 bytes at offset 1099511627776"),
        damaged(
            "overlap", model().tensor("b", 0, FOUR, 0, sixteen), "tensors 'a' and 'b' overlap"));
  }

  private static ShardException refusal(Path path) {
    return assertThrows(ShardException.class, () -> GgufFile.open(path).close());
  }

  @ParameterizedTest
  @MethodSource("faults")
  void shouldNameFileAndFieldWhenFileIsBroken(Fault fault) throws IOException {
    Path path = Files.write(folder.resolve("model.gguf"), fault.bytes);
    ShardException refused = refusal(path);
    assertEquals(fault.error, refused.error());
    assertTrue(refused.getMessage().startsWith(path.toString()), refused.getMessage());
    assertTrue(refused.getMessage().contains(fault.says), refused.getMessage());
    assertFalse(refused.getMessage().contains("\n"), refused.getMessage());
  }

  @Test
  void shouldTellFaultsApartWhenTheyDiffer() throws IOException {
    Set<String> sentences = new HashSet<>();
    List<Fault> faults = faults().toList();
    for (Fault fault : faults) {
      sentences.add(refusal(Files.write(folder.resolve("m.gguf"), fault.bytes)).getMessage());
    }
    assertEquals(faults.size(), sentences.size());
  }

  @Test
  void shouldSayWhatStandsThereWhenPathIsNoFile() throws IOException {
    assertTrue(refusal(folder.resolve("none.gguf")).getMessage().contains("does not exist"));
    assertTrue(refusal(folder).getMessage().contains("is a folder"));
    Path empty = Files.createFile(folder.resolve("empty.gguf"));
    assertTrue(refusal(empty).getMessage().contains("is empty"));
    assertEquals(ShardError.FILE, refusal(empty).error());
    Path device = Path.of("/dev/zero");
    if (Files.exists(device)) {
      assertTrue(refusal(device).getMessage().contains("is not a regular file"));
    }
  }

  @Test
  void shouldSayPermissionsWhenFileMayNotBeRead() {
    Path path = model().write(folder.resolve("locked.gguf"));
    boolean locked = path.toFile().setReadable(false, false) && !Files.isReadable(path);
    Assumptions.assumeTrue(locked, "this user may read everything");
    assertTrue(refusal(path).getMessage().contains("permissions"), refusal(path).getMessage());
  }

  @Test
  void shouldRefuseEveryPrefixWhenFileIsCutAnywhere() throws IOException {
    byte[] whole = model().strings("s", List.of("one", "two")).bytes();
    for (int length = 0; length < whole.length; length++) {
      Path path = Files.write(folder.resolve("cut.gguf"), Arrays.copyOf(whole, length));
      assertTrue(refusal(path).getMessage().startsWith(path.toString()));
    }
  }

  @Test
  void shouldShowNothingHarmfulWhenNamesHoldControlCharacters() {
    String name = "b\u001b[2J\n" + "x".repeat(500);
    GgufWriter writer = model().tensor(name, 99, new long[] {256}, 32, new byte[66]);
    String sentence = refusal(writer.write(folder.resolve("model.gguf"))).getMessage();
    assertTrue(sentence.chars().noneMatch(Character::isISOControl), sentence);
    assertTrue(sentence.length() < 400 + folder.toString().length(), sentence);
  }

  @Test
  void shouldSaySoWhenFileChangesAfterItWasOpened() throws IOException {
    Path path = model().write(folder.resolve("model.gguf"));
    try (GgufFile file = GgufFile.open(path)) {
      file.checkUnchanged();
      Files.write(path, new byte[1], java.nio.file.StandardOpenOption.APPEND);
      ShardException refused = assertThrows(ShardException.class, file::checkUnchanged);
      assertTrue(refused.getMessage().contains("changed while it was read"));
      Files.delete(path);
      refused = assertThrows(ShardException.class, file::checkUnchanged);
      assertTrue(refused.getMessage().contains("went away"));
    }
  }
}
