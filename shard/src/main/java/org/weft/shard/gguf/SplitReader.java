package org.weft.shard.gguf;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/** Finds and maps all parts of a split model, whichever of them was named. */
final class SplitReader {
  private static final String NUMBER = "split.no";
  private static final String COUNT = "split.count";
  private static final String TENSORS = "split.tensors.count";

  private SplitReader() {}

  /** A file with its header. */
  record ReadPart(MappedPart mapped, Header header) {}

  /** The parts in order; one for a model that is not split. */
  static List<ReadPart> read(Path path, Arena arena) {
    MappedPart mapped = MappedPart.map(path, arena);
    Header header = mapped.header(0);
    long count = header.metadata().integer(COUNT).orElse(1L);
    if (count == 0 || count == 1) {
      return List.of(new ReadPart(mapped, header));
    }
    SplitName name = SplitName.of(path).orElse(null);
    if (name == null || name.count() != count) {
      throw fault(
          path,
          "says that it is one of "
              + count
              + " parts, so its name should end in -0000N-of-"
              + String.format(Locale.ROOT, "%05d", count)
              + ".gguf; give the parts back their names");
    }
    List<ReadPart> parts = new ArrayList<>();
    for (int number = 1; number <= count; number++) {
      boolean named = number == name.number();
      Path at = named ? path : name.part(number);
      if (!Files.exists(at)) {
        throw new ShardException(
            ShardError.FILE,
            path
                + " is one of "
                + count
                + " parts, and part "
                + number
                + ", "
                + at.getFileName()
                + ", is missing; put all parts into one folder");
      }
      MappedPart part = named ? mapped : MappedPart.map(at, arena);
      Header read = part.header(number - 1);
      check(at, read.metadata(), number, count);
      parts.add(new ReadPart(part, read));
    }
    checkTotal(parts);
    return parts;
  }

  private static void check(Path path, Metadata metadata, int number, long count) {
    long saysCount = metadata.integer(COUNT).orElse(1L);
    long saysNumber = metadata.integer(NUMBER).orElse(-1L);
    if (saysCount != count || saysNumber != number - 1) {
      throw fault(
          path,
          "should be part "
              + number
              + " of "
              + count
              + " by its name, and says split.no "
              + saysNumber
              + " and split.count "
              + saysCount);
    }
  }

  private static void checkTotal(List<ReadPart> parts) {
    long total = 0;
    for (ReadPart part : parts) {
      total += part.header().tensors().size();
    }
    for (ReadPart part : parts) {
      long says = part.header().metadata().integer(TENSORS).orElse(total);
      if (says != total) {
        throw fault(
            part.mapped().path(),
            "says split.tensors.count " + says + ", and its parts hold " + total + " tensors");
      }
    }
  }

  private static ShardException fault(Path path, String what) {
    return new ShardException(ShardError.FORMAT, path + " " + what);
  }
}
