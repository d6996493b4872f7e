package org.weft.crypto;

/** What can go wrong with keys, ids and certificates. */
public enum CryptoError {
  /** Text or bytes that do not name a node. */
  NODE_ID,
  /** A key file that is missing, unreadable, open to others or not a key. */
  KEY_FILE,
  /** A key file that cannot be written: no space, no permission, no such place. */
  STORAGE,
  /** This Java runtime lacks an algorithm that every runtime must have, or fails in it. */
  RUNTIME
}
