package org.weft.crypto;

/**
 * Accepts a peer by the identity in its libp2p certificate, and only the expected one where one is
 * named.
 */
public final class PeerTrustManager {
  private PeerTrustManager() {}
}
