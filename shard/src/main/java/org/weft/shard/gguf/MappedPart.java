package org.weft.shard.gguf;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/** One file of a model, mapped read-only as long as its arena lives. */
record MappedPart(Path path, MemorySegment bytes, FileTime modified) {

  /** Maps the whole file; whatever stands in the way is one sentence that names it. */
  static MappedPart map(Path path, Arena arena) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      if (attributes.isDirectory()) {
        throw fault(path, "is a folder; name the model file in it");
      }
      // A pipe or a device would block, or never end.
      if (!attributes.isRegularFile()) {
        throw fault(path, "is not a regular file");
      }
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
        long size = channel.size();
        if (size == 0) {
          throw fault(path, "is empty; fetch the file again");
        }
        MemorySegment bytes = channel.map(MapMode.READ_ONLY, 0, size, arena);
        return new MappedPart(path, bytes, attributes.lastModifiedTime());
      }
    } catch (NoSuchFileException e) {
      throw fault(path, "does not exist; check the path");
    } catch (AccessDeniedException e) {
      throw fault(path, "may not be read by this user; check its permissions");
    } catch (IOException | UnsupportedOperationException e) {
      throw new ShardException(ShardError.FILE, path + " cannot be read: " + e.getMessage(), e);
    }
  }

  Header header(int part) {
    try {
      return HeaderReader.read(path.toString(), part, bytes);
    } catch (InternalError e) {
      // How the JVM reports SIGBUS: the pages are gone.
      throw shortened(e);
    }
  }

  ShardException shortened(InternalError e) {
    return new ShardException(
        ShardError.FILE, path + " became shorter while it was read; fetch the file again", e);
  }

  /** Refuses a file whose size or time of change is no longer what it was. */
  void checkUnchanged() {
    try {
      BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
      if (now.size() == bytes.byteSize() && now.lastModifiedTime().equals(modified)) {
        return;
      }
    } catch (IOException e) {
      throw new ShardException(
          ShardError.FILE, path + " went away while it was read; fetch the file again", e);
    }
    throw fault(path, "changed while it was read; start again when it is complete");
  }

  private static ShardException fault(Path path, String what) {
    return new ShardException(ShardError.FILE, path + " " + what);
  }
}
