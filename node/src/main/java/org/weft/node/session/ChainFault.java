package org.weft.node.session;

import org.weft.node.NodeError;
import org.weft.node.NodeException;

/**
 * What broke a chain, and where.
 *
 * @param hop index of the hop to blame; {@link #GATEWAY} where no hop is
 * @param permanent whether the same chain would break again
 * @param retryMillis when another try may go better; 0 where that is unknown
 * @param sentence for people; it names the hop
 */
public record ChainFault(
    int hop, NodeError error, boolean permanent, int retryMillis, String sentence) {
  /** The fault arose at this end. */
  public static final int GATEWAY = -1;

  /** Text from the wire is cut here. */
  private static final int MAX_TEXT = 400;

  public ChainFault {
    sentence = printable(sentence);
  }

  static ChainFault of(int hop, NodeException cause) {
    return new ChainFault(
        hop,
        cause.error(),
        cause.permanent(),
        cause.retryMillis(),
        String.valueOf(cause.getMessage()));
  }

  static ChainFault passing(int hop, NodeError error, String sentence) {
    return new ChainFault(hop, error, false, 0, sentence);
  }

  static ChainFault closed() {
    return new ChainFault(GATEWAY, NodeError.CLOSED, true, 0, "the session was closed");
  }

  ChainFault about(String hopName) {
    return new ChainFault(hop, error, permanent, retryMillis, hopName + ": " + sentence);
  }

  NodeException toException() {
    return new NodeException(error, sentence, permanent, retryMillis);
  }

  private static String printable(String text) {
    int length = Math.min(text.length(), MAX_TEXT);
    StringBuilder clean = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      clean.append(Character.isISOControl(c) ? ' ' : c);
    }
    return clean.toString();
  }
}
