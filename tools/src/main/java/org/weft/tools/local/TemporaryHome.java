package org.weft.tools.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserPrincipal;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.weft.tools.user.UserException;

/**
 * A folder for as long as this process lives. {@link #close} deletes it; where a process was killed
 * before that, the next one's {@link #make} does.
 *
 * <p>Whether an owner lives is told by a lock on the file {@code lock}, which the system gives back
 * however a process ends. The file gets that name only when it is locked, so a folder in the making
 * is never taken for a dead one's, and it goes last, so what could not be deleted is tried again.
 */
final class TemporaryHome implements AutoCloseable {
  private static final String PREFIX = "weft-demo-";
  private static final String LOCK = "lock";

  /** This process's own, whose locks it must not open: closing them again would free them. */
  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel lock;

  private TemporaryHome(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /** Makes one in the system's temporary directory, and deletes those that dead processes left. */
  static TemporaryHome make() {
    return make(Path.of(System.getProperty("java.io.tmpdir")));
  }

  static TemporaryHome make(Path parent) {
    try {
      Path path = Files.createTempDirectory(parent, PREFIX);
      OWN.add(path);
      try {
        UserPrincipal user = Files.getOwner(path);
        TemporaryHome home = new TemporaryHome(path, locked(path));
        deleteLeftOvers(parent, user);
        return home;
      } catch (IOException failed) {
        delete(path);
        throw failed;
      }
    } catch (IOException failed) {
      throw new UserException(
          "cannot make a temporary directory in " + parent + ": is the disk full?", failed);
    }
  }

  private static FileChannel locked(Path path) throws IOException {
    Path unnamed = path.resolve(LOCK + ".new");
    FileChannel channel =
        FileChannel.open(unnamed, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      FileLock unused = channel.lock();
      Files.move(unnamed, path.resolve(LOCK), StandardCopyOption.ATOMIC_MOVE);
      return channel;
    } catch (IOException failed) {
      channel.close();
      throw failed;
    }
  }

  private static void deleteLeftOvers(Path parent, UserPrincipal user) {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path folder : folders) {
        if (!OWN.contains(folder)) {
          deleteIfDead(folder, user);
        }
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException unreadable) {
      // A temporary directory that may not be listed is cleared by its owner.
      return;
    }
  }

  /** Leaves alone what is another user's, a link, in use, or being deleted by somebody else. */
  private static void deleteIfDead(Path folder, UserPrincipal user) {
    try {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
          || !Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(user)) {
        return;
      }
      try (FileChannel channel =
          FileChannel.open(
              folder.resolve(LOCK), Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS))) {
        FileLock mine = channel.tryLock();
        if (mine != null) {
          delete(folder);
        }
      }
    } catch (IOException gone) {
      return;
    }
  }

  /** The lock goes last but for the folder itself. */
  private static void delete(Path folder) throws IOException {
    Path lock = folder.resolve(LOCK);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(lock) && !file.equals(folder)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (java.io.UncheckedIOException gone) {
      throw gone.getCause();
    }
    Files.deleteIfExists(lock);
    Files.deleteIfExists(folder);
  }

  Path path() {
    return path;
  }

  @Override
  public void close() {
    try (lock) {
      delete(path);
    } catch (IOException left) {
      // The next one tries again.
      return;
    } finally {
      OWN.remove(path);
    }
  }
}
