package org.weft.shard.gguf;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What is in a model file, for people and as plain values for JSON. It takes any well-formed GGUF,
 * a model that Weft cannot run too: what the file does not say, or says in an unexpected type, is
 * null. Text from the file is made fit for a terminal.
 *
 * @param files the paths of its parts
 * @param version the GGUF version
 * @param bytes the size of all files
 * @param license as the file names it
 * @param parameters elements of all tensors
 * @param blocks transformer layers
 * @param width of the hidden state
 * @param context positions
 * @param vocabulary tokens
 * @param tensorTypes by bytes, the largest first
 * @param tokenizer the kind of vocabulary: gpt2, llama, …
 * @param preTokenizer how text is cut before merging
 * @param metadata all keys in the file's order
 * @param tensors all tensors in the file's order
 */
public record ModelDescription(
    List<String> files,
    int version,
    long bytes,
    @Nullable String architecture,
    @Nullable String name,
    @Nullable String license,
    long parameters,
    @Nullable Long blocks,
    @Nullable Long width,
    @Nullable Long heads,
    @Nullable Long kvHeads,
    @Nullable Long feedForward,
    @Nullable Long context,
    @Nullable Long vocabulary,
    @Nullable String tokenizer,
    @Nullable String preTokenizer,
    boolean chatTemplate,
    long tensorBytes,
    List<TypeTotal> tensorTypes,
    List<Value> metadata,
    List<Tensor> tensors) {
  private static final int TEXT_CHARACTERS = 200;
  private static final int VALUE_CHARACTERS = 60;
  private static final int SHOWN_ELEMENTS = 6;

  /** All tensors of one type; {@code computed} says whether Weft can run them. */
  public record TypeTotal(String type, int tensors, long bytes, boolean computed) {}

  /** A key, its type ({@code STRING}, {@code ARRAY of INT32}, …), and its value cut short. */
  public record Value(String key, String type, String value) {}

  /** Shape in GGUF order, the summed dimension first. */
  public record Tensor(String name, String type, List<Long> shape, long bytes) {
    public Tensor {
      shape = List.copyOf(shape);
    }
  }

  public ModelDescription {
    files = List.copyOf(files);
    tensorTypes = List.copyOf(tensorTypes);
    metadata = List.copyOf(metadata);
    tensors = List.copyOf(tensors);
  }

  public static ModelDescription of(GgufFile file) {
    Metadata metadata = file.metadata();
    String architecture = text(metadata, "general.architecture");
    String prefix = architecture == null ? "" : architecture + ".";
    return new ModelDescription(
        file.paths().stream().map(Path::toString).toList(),
        file.version(),
        file.fileBytes(),
        architecture,
        text(metadata, "general.name"),
        text(metadata, "general.license"),
        file.tensors().stream().mapToLong(TensorInfo::elements).sum(),
        integer(metadata, prefix + "block_count"),
        integer(metadata, prefix + "embedding_length"),
        integer(metadata, prefix + "attention.head_count"),
        integer(metadata, prefix + "attention.head_count_kv"),
        integer(metadata, prefix + "feed_forward_length"),
        integer(metadata, prefix + "context_length"),
        vocabulary(metadata, prefix + "vocab_size"),
        text(metadata, "tokenizer.ggml.model"),
        text(metadata, "tokenizer.ggml.pre"),
        metadata.type("tokenizer.chat_template").isPresent(),
        file.tensors().stream().mapToLong(TensorInfo::bytes).sum(),
        totals(file.tensors()),
        metadata.keys().stream().map(key -> value(metadata, key)).toList(),
        file.tensors().stream().map(ModelDescription::tensor).toList());
  }

  private static @Nullable String text(Metadata metadata, String key) {
    boolean isText = metadata.type(key).filter(t -> t == MetadataType.STRING).isPresent();
    return isText ? SafeText.cut(metadata.string(key).orElseThrow(), TEXT_CHARACTERS) : null;
  }

  private static @Nullable Long integer(Metadata metadata, String key) {
    if (metadata.type(key).filter(MetadataType::isInteger).isEmpty()) {
      return null;
    }
    String shown = metadata.show(key, 0, VALUE_CHARACTERS);
    // Twenty digits and more: an unsigned value that no long holds.
    return shown.length() < 20 || shown.startsWith("-") ? Long.valueOf(shown) : null;
  }

  /** The token list is what counts; the architecture's own key stands in where there is none. */
  private static @Nullable Long vocabulary(Metadata metadata, String key) {
    return metadata
        .elementCount("tokenizer.ggml.tokens")
        .map(Integer::longValue)
        .orElseGet(() -> integer(metadata, key));
  }

  private static List<TypeTotal> totals(List<TensorInfo> tensors) {
    Map<GgmlType, TypeTotal> totals = new EnumMap<>(GgmlType.class);
    for (TensorInfo tensor : tensors) {
      GgmlType type = tensor.type();
      totals.merge(
          type,
          new TypeTotal(type.name(), 1, tensor.bytes(), TensorType.of(type).isPresent()),
          (a, b) -> new TypeTotal(a.type, a.tensors + b.tensors, a.bytes + b.bytes, a.computed));
    }
    List<TypeTotal> ordered = new ArrayList<>(totals.values());
    ordered.sort(Comparator.comparingLong(TypeTotal::bytes).reversed());
    return ordered;
  }

  private static Tensor tensor(TensorInfo tensor) {
    String name = SafeText.cut(tensor.name(), TEXT_CHARACTERS);
    return new Tensor(name, tensor.type().name(), tensor.shape(), tensor.bytes());
  }

  private static Value value(Metadata metadata, String key) {
    MetadataType type = metadata.type(key).orElseThrow();
    String shownKey = SafeText.cut(key, TEXT_CHARACTERS);
    if (type == MetadataType.ARRAY) {
      MetadataType element = metadata.elementType(key).orElseThrow();
      return new Value(shownKey, "ARRAY of " + element, elements(metadata, key));
    }
    return new Value(shownKey, type.name(), metadata.show(key, 0, VALUE_CHARACTERS));
  }

  private static String elements(Metadata metadata, String key) {
    int count = metadata.elementCount(key).orElseThrow();
    String first =
        IntStream.range(0, Math.min(count, SHOWN_ELEMENTS))
            .mapToObj(i -> metadata.show(key, i, VALUE_CHARACTERS))
            .collect(Collectors.joining(", "));
    return count <= SHOWN_ELEMENTS ? "[" + first + "]" : "[" + first + ", … " + count + " in all]";
  }
}
