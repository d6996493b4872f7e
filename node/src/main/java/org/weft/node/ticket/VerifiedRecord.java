package org.weft.node.ticket;

import java.time.Instant;
import java.util.List;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.protocol.v1.PeerRecord;
import org.weft.protocol.v1.Signed;
import org.weft.shard.manifest.ModelId;
import org.weft.shard.model.Span;

/** A peer record whose size, network, times, shape and signature have been checked. Immutable. */
public final class VerifiedRecord {
  /** Signs a record of this node's own. */
  public static VerifiedRecord sign(NodeKey key, PeerRecord record) {
    throw new UnsupportedOperationException("skeleton");
  }

  /**
   * Checks a record; a refusal is a NodeException. {@code now} bounds skew (30 s) and ttl (15 min).
   */
  public static VerifiedRecord verify(Signed signed, NetworkId network, Instant now) {
    throw new UnsupportedOperationException("skeleton");
  }

  public NodeId node() {
    throw new UnsupportedOperationException("skeleton");
  }

  public ModelId model() {
    throw new UnsupportedOperationException("skeleton");
  }

  public Span span() {
    throw new UnsupportedOperationException("skeleton");
  }

  public long sequence() {
    throw new UnsupportedOperationException("skeleton");
  }

  public Instant expires() {
    throw new UnsupportedOperationException("skeleton");
  }

  public List<PeerAddress.HostPort> endpoints() {
    throw new UnsupportedOperationException("skeleton");
  }

  public PeerAddress address() {
    throw new UnsupportedOperationException("skeleton");
  }

  public PeerRecord record() {
    throw new UnsupportedOperationException("skeleton");
  }

  /** The envelope as received. */
  public Signed signed() {
    throw new UnsupportedOperationException("skeleton");
  }

  private VerifiedRecord() {}
}
