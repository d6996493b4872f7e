package org.weft.shard.manifest;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.gguf.Metadata;
import org.weft.shard.gguf.TensorInfo;

/**
 * What a model's arithmetic depends on: architecture metadata, and names, types, shapes and tree
 * hashes of its tensors. Immutable; any thread.
 *
 * <p><b>Canonical bytes</b>, whose SHA-256 is the {@link ModelId}: ASCII lines, each ended by one
 * LF.
 *
 * <pre>
 * weft-manifest 1
 * key NAME KIND VALUE          one line a key, ascending by NAME
 * tensor NAME TYPE SHAPE HASH  one line a tensor, ascending by NAME
 * </pre>
 *
 * <ul>
 *   <li>The keys are {@code general.architecture} and every key that begins with its value and a
 *       dot. The context length is among them, since scaled rotary positions may depend on it. File
 *       type, names, licence, alignment, {@code split.*} and {@code tokenizer.*} are not.
 *   <li>NAME and strings are UTF-8 with every byte outside of 0x21 to 0x7E, and '%', as %XX with
 *       upper-case digits. "Ascending" compares them in this form, byte by byte.
 *   <li>KIND VALUE is {@code i} and a decimal integer, whatever its width in the file; {@code f}
 *       and the 16 lower-case hex digits of the value's binary64 bits, NaN as 7ff8000000000000;
 *       {@code b} and 0 or 1; {@code s} and a string. Arrays are {@code i* f* b* s*} and their
 *       elements, each after one space.
 *   <li>TYPE is ggml's name of the type; SHAPE the decimal dimensions in GGUF's order (the summed
 *       one first) with {@code x} between them; HASH the 64 lower-case hex digits of the tree hash
 *       of the tensor's bytes as they stand in the file.
 * </ul>
 *
 * <p>The order of keys and tensors in the file, the parts it is split into, its GGUF version and
 * what it calls itself do not matter.
 */
public final class Manifest {
  static final String FIRST_LINE = "weft-manifest 1";
  private static final String ARCHITECTURE = "general.architecture";
  private static final int HASH_BYTES = 32;

  /** Hears how far a long hashing has come. */
  @FunctionalInterface
  public interface Progress {
    void hashed(long doneBytes, long totalBytes);
  }

  /** Key (escaped) to kind and value. */
  private final TreeMap<String, String> keys;

  /** Tensor name (escaped) to type, shape and hash. */
  private final TreeMap<String, String> tensors;

  private final byte[] bytes;
  private final ModelId id;

  private Manifest(TreeMap<String, String> keys, TreeMap<String, String> tensors) {
    this.keys = keys;
    this.tensors = tensors;
    StringBuilder text = new StringBuilder(FIRST_LINE).append('\n');
    keys.forEach((name, rest) -> line(text, "key", name, rest));
    tensors.forEach((name, rest) -> line(text, "tensor", name, rest));
    this.bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
    this.id = ModelId.of(CanonicalText.sha256().digest(bytes));
  }

  private static void line(StringBuilder text, String what, String name, String rest) {
    text.append(what).append(' ').append(name).append(' ').append(rest).append('\n');
  }

  /** Hashes every tensor of the file with {@code treeHash} (32 bytes). */
  public static Manifest of(GgufFile file, Function<MemorySegment, byte[]> treeHash) {
    return of(file, treeHash, (done, total) -> {});
  }

  /**
   * Hashes every tensor of the file with {@code treeHash} (32 bytes) in this thread, and tells
   * {@code progress} after each. The pages are given back as it goes. Refuses with FILE when the
   * file changes meanwhile.
   */
  public static Manifest of(
      GgufFile file, Function<MemorySegment, byte[]> treeHash, Progress progress) {
    TreeMap<String, String> tensors = new TreeMap<>();
    long total = file.tensors().stream().mapToLong(TensorInfo::bytes).sum();
    long done = 0;
    for (TensorInfo tensor : file.tensors()) {
      tensors.put(CanonicalText.escape(tensor.name()), entry(file, tensor, treeHash));
      done += tensor.bytes();
      progress.hashed(done, total);
    }
    file.checkUnchanged();
    return new Manifest(keys(file.metadata()), tensors);
  }

  private static TreeMap<String, String> keys(Metadata metadata) {
    TreeMap<String, String> keys = new TreeMap<>();
    Optional<String> architecture = metadata.string(ARCHITECTURE);
    for (String key : metadata.keys()) {
      boolean counts = architecture.isPresent() && key.startsWith(architecture.get() + ".");
      if (counts || key.equals(ARCHITECTURE)) {
        keys.put(CanonicalText.escape(key), CanonicalText.value(metadata, key));
      }
    }
    return keys;
  }

  private static String entry(
      GgufFile file, TensorInfo tensor, Function<MemorySegment, byte[]> treeHash) {
    byte[] hash = file.read(tensor, treeHash);
    if (hash.length != HASH_BYTES) {
      throw new IllegalArgumentException("a tree hash has 32 bytes, not " + hash.length);
    }
    return described(tensor) + " " + HexFormat.of().formatHex(hash);
  }

  private static String described(TensorInfo tensor) {
    return tensor.type()
        + " "
        + tensor.shape().stream().map(String::valueOf).collect(Collectors.joining("x"));
  }

  /**
   * Reads canonical bytes, from anyone: refuses with FORMAT whatever is not exactly what {@link
   * #bytes} would write, so that one manifest has one id.
   */
  public static Manifest parse(byte[] bytes) {
    ManifestLines lines = ManifestLines.parse(bytes);
    Manifest manifest = new Manifest(lines.keys(), lines.tensors());
    if (!Arrays.equals(manifest.bytes, bytes)) {
      throw ManifestLines.fault("its lines are not in order");
    }
    return manifest;
  }

  /** The canonical bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  public ModelId id() {
    return id;
  }

  /** The names of all tensors, in canonical order. */
  public List<String> tensors() {
    return tensors.keySet().stream()
        .map(name -> CanonicalText.unescape(name).orElseThrow())
        .toList();
  }

  /**
   * Refuses with MISMATCH, naming the tensor, when a named tensor of the file differs from this
   * manifest, and naming the key, when the architecture's metadata does.
   */
  public void check(
      GgufFile file, Collection<String> tensors, Function<MemorySegment, byte[]> treeHash) {
    check(file, tensors, treeHash, (done, total) -> {});
  }

  /** As above, and tells {@code progress} after each tensor. */
  public void check(
      GgufFile file,
      Collection<String> tensors,
      Function<MemorySegment, byte[]> treeHash,
      Progress progress) {
    checkKeys(file);
    long total =
        tensors.stream().flatMap(n -> file.tensor(n).stream()).mapToLong(TensorInfo::bytes).sum();
    long done = 0;
    for (String name : tensors) {
      String expected = this.tensors.get(CanonicalText.escape(name));
      TensorInfo tensor = file.tensor(name).orElse(null);
      if (expected == null || tensor == null) {
        String where = expected == null ? "the manifest" : "the file";
        throw mismatch(file, "tensor '" + name + "' is missing in " + where);
      }
      if (!expected.startsWith(described(tensor) + " ")) {
        throw mismatch(
            file,
            "tensor '" + name + "' is " + described(tensor) + ", and should be " + brief(expected));
      }
      if (!entry(file, tensor, treeHash).equals(expected)) {
        throw mismatch(file, "the bytes of tensor '" + name + "' are not those of the model");
      }
      done += tensor.bytes();
      progress.hashed(done, total);
    }
    file.checkUnchanged();
  }

  /** Whether the file has exactly these keys and tensors, by all but the tensors' bytes. */
  boolean describes(GgufFile file) {
    Map<String, String> described = new TreeMap<>();
    tensors.forEach((name, rest) -> described.put(name, brief(rest)));
    Map<String, String> found = new TreeMap<>();
    file.tensors().forEach(t -> found.put(CanonicalText.escape(t.name()), described(t)));
    return keys.equals(keys(file.metadata())) && described.equals(found);
  }

  private void checkKeys(GgufFile file) {
    TreeMap<String, String> found = keys(file.metadata());
    TreeMap<String, String> all = new TreeMap<>(keys);
    all.putAll(found);
    for (String key : all.keySet()) {
      String expected = keys.get(key);
      String actual = found.get(key);
      if (actual == null || expected == null) {
        String where = expected == null ? "the manifest" : "the file";
        throw mismatch(file, "metadata key '" + key + "' is missing in " + where);
      }
      if (!actual.equals(expected)) {
        throw mismatch(file, "metadata key '" + key + "' has another value");
      }
    }
  }

  /** Type and shape without the hash. */
  private static String brief(String entry) {
    return entry.substring(0, entry.lastIndexOf(' '));
  }

  private ShardException mismatch(GgufFile file, String what) {
    return new ShardException(
        ShardError.MISMATCH,
        file.paths().getFirst() + " is not the model " + id.brief() + ": " + what);
  }

  /**
   * SHA-256 over the tokenizer and the chat template, 32 bytes: of the line {@code weft-tokenizer
   * 1} and the key lines (as above) of every key that begins with {@code tokenizer.}, ascending.
   */
  public static byte[] tokenizerHash(GgufFile file) {
    return tokenizerHash(file.metadata());
  }

  /** As above, of metadata alone. */
  public static byte[] tokenizerHash(Metadata metadata) {
    TreeMap<String, String> names = new TreeMap<>();
    for (String key : metadata.keys()) {
      if (key.startsWith("tokenizer.")) {
        names.put(CanonicalText.escape(key), key);
      }
    }
    var digest = CanonicalText.sha256();
    digest.update("weft-tokenizer 1\n".getBytes(StandardCharsets.US_ASCII));
    names.forEach((name, key) -> {
      StringBuilder text = new StringBuilder();
      line(text, "key", name, CanonicalText.value(metadata, key));
      digest.update(text.toString().getBytes(StandardCharsets.US_ASCII));
    });
    return digest.digest();
  }
}
