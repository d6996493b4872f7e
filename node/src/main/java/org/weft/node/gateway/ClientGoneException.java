package org.weft.node.gateway;

/** Nobody reads the answer any more: the work ends, and there is nobody to tell. */
final class ClientGoneException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ClientGoneException() {
    super("the client is gone", null, false, false);
  }
}
