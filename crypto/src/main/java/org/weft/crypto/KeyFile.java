package org.weft.crypto;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A node key on disk: a PKCS#8 PEM file of RFC 8410, as {@code openssl genpkey -algorithm ed25519}
 * writes it.
 */
final class KeyFile {
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";

  /** SEQUENCE { INTEGER 0, SEQUENCE { OID Ed25519 }, OCTET STRING { OCTET STRING 32 bytes } }. */
  private static final byte[] PKCS8 = HexFormat.of().parseHex("302e020100300506032b657004220420");

  private static final int MAX_FILE_BYTES = 4096;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  static NodeKey load(Path file) {
    byte[] bytes;
    try {
      refuseOpenToOthers(file);
      bytes = read(file);
    } catch (NoSuchFileException e) {
      throw new CryptoException(
          CryptoError.KEY_FILE, "There is no key file " + file + "; weft keys makes one.", e);
    } catch (IOException e) {
      throw new CryptoException(
          CryptoError.KEY_FILE, "The key file " + file + " cannot be read: " + reason(e) + ".", e);
    }
    byte[] seed = parse(new String(bytes, StandardCharsets.ISO_8859_1));
    Arrays.fill(bytes, (byte) 0);
    if (seed == null) {
      throw new CryptoException(
          CryptoError.KEY_FILE,
          "The key file "
              + file
              + " is damaged: it does not hold one Ed25519 key in PEM form; restore it, or move it away to get a new identity.");
    }
    return NodeKey.ofSeed(seed);
  }

  static NodeKey loadOrCreate(Path file, SecureRandom random) {
    // A dangling link counts as a file that is there: it is not written through.
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return load(file);
    }
    NodeKey key = NodeKey.generate(random);
    try {
      // Where another process was first, its key counts.
      return create(file.toAbsolutePath(), key) ? key : load(file);
    } catch (IOException e) {
      throw new CryptoException(
          CryptoError.STORAGE,
          "The key file " + file + " cannot be written: " + reason(e) + ".",
          e);
    }
  }

  /** Writes a temporary file whole, then gives it its name; false where that is taken. */
  private static boolean create(Path file, NodeKey key) throws IOException {
    Path directory = file.getParent();
    if (directory == null) {
      throw new FileSystemException(file.toString(), null, "it is a directory");
    }
    createDirectories(directory);
    Path temporary = Files.createTempFile(directory, ".weft-key-", ".tmp", ownerOnly(directory));
    try {
      write(temporary, format(key));
      name(temporary, file);
    } catch (FileAlreadyExistsException e) {
      return false;
    } finally {
      Files.deleteIfExists(temporary);
    }
    sync(directory);
    return true;
  }

  private static void createDirectories(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    if (posix(directory)) {
      Set<PosixFilePermission> mine = EnumSet.copyOf(OWNER_ONLY);
      mine.add(PosixFilePermission.OWNER_EXECUTE);
      Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(mine));
    } else {
      Files.createDirectories(directory);
    }
  }

  /** A link fails where the name is taken, which no move of Java's promises to do atomically. */
  private static void name(Path temporary, Path file) throws IOException {
    try {
      Files.createLink(file, temporary);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // A file system without hard links. Two creators within the same microseconds could then
      // each see their own key until they start again.
      Files.move(temporary, file);
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  /** Makes the new name durable, where directories can be opened. */
  private static void sync(Path directory) {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows refuses to open a directory: there the name is as durable as it gets.
    }
  }

  private static void refuseOpenToOthers(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new FileSystemException(file.toString(), null, "it is a directory");
    }
    if (!posix(file.toAbsolutePath())) {
      return;
    }
    Set<PosixFilePermission> others = EnumSet.copyOf(Files.getPosixFilePermissions(file));
    others.removeAll(OWNER_ONLY);
    others.remove(PosixFilePermission.OWNER_EXECUTE);
    if (!others.isEmpty()) {
      throw new CryptoException(
          CryptoError.KEY_FILE,
          "The key file "
              + file
              + " can be read or written by others than its owner; run: chmod 600 "
              + file);
    }
  }

  private static byte[] read(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return in.readNBytes(MAX_FILE_BYTES);
    }
  }

  private static byte[] format(NodeKey key) {
    byte[] der = Arrays.copyOf(PKCS8, PKCS8.length + NodeKey.SEED_BYTES);
    System.arraycopy(key.seed(), 0, der, PKCS8.length, NodeKey.SEED_BYTES);
    String text = BEGIN + "\n" + Base64.getEncoder().encodeToString(der) + "\n" + END + "\n";
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** The seed, or null where the text is anything but one whole key. */
  private static byte @Nullable [] parse(String text) {
    String trimmed = text.strip();
    if (!trimmed.startsWith(BEGIN)
        || !trimmed.endsWith(END)
        || trimmed.length() < BEGIN.length() + END.length()) {
      return null;
    }
    String body =
        trimmed.substring(BEGIN.length(), trimmed.length() - END.length()).replaceAll("\\s", "");
    byte[] der;
    try {
      der = Base64.getDecoder().decode(body);
    } catch (IllegalArgumentException e) {
      return null;
    }
    boolean whole =
        der.length == PKCS8.length + NodeKey.SEED_BYTES
            && Arrays.equals(der, 0, PKCS8.length, PKCS8, 0, PKCS8.length);
    return whole ? Arrays.copyOfRange(der, PKCS8.length, der.length) : null;
  }

  private static FileAttribute<?>[] ownerOnly(Path directory) {
    return posix(directory)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
        : new FileAttribute<?>[0];
  }

  /** Where there are no POSIX permissions (Windows), a file in the user's profile is theirs. */
  private static boolean posix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        && Files.getFileAttributeView(path, PosixFileAttributeView.class) != null;
  }

  private static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> "permission denied";
      case NotDirectoryException not -> "a part of its path is not a directory";
      case FileAlreadyExistsException taken -> "a part of its path is not a directory";
      case NoSuchFileException gone -> "files cannot be made there";
      case FileSystemException failed when failed.getReason() != null ->
          lowerFirst(failed.getReason());
      default -> e.getMessage() == null ? "input/output error" : lowerFirst(e.getMessage());
    };
  }

  private static String lowerFirst(String text) {
    return text.substring(0, 1).toLowerCase(java.util.Locale.ROOT) + text.substring(1);
  }

  private KeyFile() {}
}
