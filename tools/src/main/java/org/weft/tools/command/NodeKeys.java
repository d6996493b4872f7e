package org.weft.tools.command;

import java.nio.file.Path;
import java.security.SecureRandom;
import org.weft.crypto.NodeKey;
import org.weft.tools.local.WeftHome;

/** The key of this machine, with the directory that it lives in. */
final class NodeKeys {
  private NodeKeys() {}

  static NodeKey loadOrCreate(Path file, SecureRandom random) {
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      new WeftHome(parent).created();
    }
    return NodeKey.loadOrCreate(file, random);
  }
}
