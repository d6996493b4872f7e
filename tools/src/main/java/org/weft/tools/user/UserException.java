package org.weft.tools.user;

/** A failure that its reader can do something about: the message is one sentence for them. */
public final class UserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UserException(String sentence) {
    super(sentence);
  }

  public UserException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
