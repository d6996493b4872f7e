package org.weft.node.gateway;

/** Serves requests with a body, in a virtual thread. */
interface BodyHandler {
  /** The parameter that errors of the model and the swarm are about. */
  String promptParameter();

  /**
   * Answers. The body stays the caller's to close.
   *
   * @throws ApiException for an error that the client is to see
   * @throws ClientGoneException when nobody waits any more
   */
  void handle(Exchange exchange, Body body);
}
