package org.weft.protocol;

/** Versions and caps of the wire. */
public final class Wire {
  public static final int VERSION = 1;
  public static final int MIN_VERSION = 1;

  /** Rows of one prefill step take this many bytes at most. */
  public static final int MAX_STEP_BYTES = 1 << 20;

  /** A message takes this many bytes at most: a step and its headers. */
  public static final int MAX_MESSAGE_BYTES = MAX_STEP_BYTES + (256 << 10);

  /** A request or reply of Hello, Ask and End takes this many bytes at most. */
  public static final int MAX_CALL_BYTES = 8 << 10;

  /** Records of one exchange that are looked at; each may cost a signature check. */
  public static final int MAX_EXCHANGE_RECORDS = 1024;

  /** Summaries of one exchange; about 80 bytes each. */
  public static final int MAX_EXCHANGE_KNOWN = 8192;

  private Wire() {}
}
