package org.weft.tools.user;

/** An option whose value makes no sense: wrong usage, which ends with status 2. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UsageException(String sentence) {
    super(sentence);
  }
}
