package org.weft.crypto;

/** A failure of this module: one sentence for people and a code for programs. */
public final class CryptoException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final CryptoError error;
  private final String sentence;

  public CryptoException(CryptoError error, String message) {
    super(message);
    this.error = error;
    this.sentence = message;
  }

  public CryptoException(CryptoError error, String message, Throwable cause) {
    super(message, cause);
    this.error = error;
    this.sentence = message;
  }

  public CryptoError error() {
    return error;
  }

  /** Never null: every failure has its sentence. */
  @Override
  public String getMessage() {
    return sentence;
  }
}
