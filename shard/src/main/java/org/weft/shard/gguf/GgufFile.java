package org.weft.shard.gguf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.SplitReader.ReadPart;

/**
 * A GGUF v2/v3 model file (or all parts of a split one), mapped and checked. Reading is safe from
 * any thread; close once, when no thread reads any more.
 *
 * <p>The tensors' bytes are the file's own pages. Should another program cut the file short while
 * it is mapped, touching a lost page throws {@link InternalError} (the JVM's word for SIGBUS) as
 * long as Java code touches it; machine code of ours would take the process down. Therefore tensors
 * are copied out, once, by Java code in {@link #read}, and nothing computes on the mapping; whoever
 * has copied ends with {@link #checkUnchanged()}.
 */
public final class GgufFile implements AutoCloseable {
  private final Arena arena;
  private final List<MappedPart> parts;
  private final Header first;
  private final Map<String, TensorInfo> byName;
  private final List<TensorInfo> tensors;

  private GgufFile(Arena arena, List<ReadPart> read) {
    this.arena = arena;
    this.parts = read.stream().map(ReadPart::mapped).toList();
    this.first = read.getFirst().header();
    this.byName = new LinkedHashMap<>();
    for (ReadPart part : read) {
      for (TensorInfo tensor : part.header().tensors()) {
        if (byName.putIfAbsent(tensor.name(), tensor) != null) {
          throw new ShardException(
              ShardError.FORMAT,
              part.mapped().path()
                  + " is damaged: another part has the tensor "
                  + SafeText.quote(tensor.name())
                  + " too");
        }
      }
    }
    this.tensors = List.copyOf(byName.values());
  }

  /**
   * Opens a model file, or with any part of a split model all of its parts. Everything in the
   * header is checked here; a failure is one sentence that names the file and the field: FILE where
   * it cannot be read, FORMAT where it is damaged, UNSUPPORTED where it is beyond Weft.
   */
  public static GgufFile open(Path path) {
    Arena arena = Arena.ofShared();
    boolean opened = false;
    try {
      GgufFile file = new GgufFile(arena, SplitReader.read(path, arena));
      opened = true;
      return file;
    } finally {
      if (!opened) {
        arena.close();
      }
    }
  }

  /** The files in the order of their parts. */
  public List<Path> paths() {
    return parts.stream().map(MappedPart::path).toList();
  }

  /** The GGUF version, 2 or 3; of a split model, its first part's. */
  public int version() {
    return first.version();
  }

  /** The size of all parts together. */
  public long fileBytes() {
    return parts.stream().mapToLong(part -> part.bytes().byteSize()).sum();
  }

  /** The metadata; of a split model, its first part's. It outlives this file's mapping. */
  public Metadata metadata() {
    return first.metadata();
  }

  /** All tensors, in the order of the parts and of each part's header. */
  public List<TensorInfo> tensors() {
    return tensors;
  }

  public Optional<TensorInfo> tensor(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** The tensor's bytes as they stand in the file, read-only; valid until this file is closed. */
  public MemorySegment data(TensorInfo tensor) {
    return parts.get(tensor.part()).bytes().asSlice(tensor.offset(), tensor.bytes());
  }

  /** Tells the system that the tensor is about to be read from front to back. */
  public void prepare(TensorInfo tensor) {
    PageAdvice.SEQUENTIAL.give(data(tensor));
  }

  /**
   * Tells the system that the tensor's pages will not be needed again: they leave this process's
   * memory. Reading them again is right, and slow. Does nothing where the system has no such call.
   */
  public void release(TensorInfo tensor) {
    PageAdvice.DONE.give(data(tensor));
  }

  /**
   * Gives the tensor's bytes to a reader that goes through them once, from front to back, and gives
   * their pages back. Refuses with FILE when the file has become shorter.
   */
  public <T> T read(TensorInfo tensor, Function<MemorySegment, T> reader) {
    prepare(tensor);
    try {
      return reader.apply(data(tensor));
    } catch (InternalError e) {
      // How the JVM reports SIGBUS: the pages are gone.
      throw parts.get(tensor.part()).shortened(e);
    } finally {
      release(tensor);
    }
  }

  /** Refuses with FILE when a part has changed, shrunk or gone since it was opened. */
  public void checkUnchanged() {
    parts.forEach(MappedPart::checkUnchanged);
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
