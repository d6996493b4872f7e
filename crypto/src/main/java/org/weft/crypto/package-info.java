/**
 * Who is who: Ed25519 node keys and ids, signed envelopes, hash trees and libp2p TLS certificates.
 */
package org.weft.crypto;
