package org.weft.node.ticket;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.NodeException;
import org.weft.protocol.v1.PeerRecord;
import org.weft.protocol.v1.Signed;
import org.weft.shard.manifest.ModelId;
import org.weft.shard.model.Span;

/**
 * A peer record whose size, network, times, shape and signature have been checked. Immutable; equal
 * where the envelopes as received are.
 */
public final class VerifiedRecord {
  /** Bytes of a record's payload at most. */
  public static final int MAX_BYTES = 1024;

  /** How far ahead of ours a peer's clock may be. */
  public static final Duration SKEW = Duration.ofSeconds(30);

  /** A record's life at most. */
  public static final Duration MAX_TTL = Duration.ofMinutes(15);

  private final Signed signed;
  private final PeerRecord record;
  private final NodeId node;
  private final ModelId model;
  private final Span span;
  private final Instant expires;
  private final List<PeerAddress.HostPort> endpoints;

  /** Only of what {@link RecordCheck} has let through. */
  VerifiedRecord(
      Signed signed,
      PeerRecord record,
      NodeId node,
      ModelId model,
      Span span,
      Instant expires,
      List<PeerAddress.HostPort> endpoints) {
    this.signed = signed;
    this.record = record;
    this.node = node;
    this.model = model;
    this.span = span;
    this.expires = expires;
    this.endpoints = List.copyOf(endpoints);
  }

  /**
   * Signs a record of this node's own, after the checks that others will make.
   *
   * @throws NodeException ARGUMENT where others would refuse it
   */
  public static VerifiedRecord sign(NodeKey key, PeerRecord record) {
    return RecordCheck.sign(key, record);
  }

  /**
   * Checks a record. {@code now} bounds skew (30 s) and ttl (15 min).
   *
   * @throws NodeException PROTOCOL and one sentence
   */
  public static VerifiedRecord verify(Signed signed, NetworkId network, Instant now) {
    return RecordCheck.verify(signed, network, now);
  }

  public NodeId node() {
    return node;
  }

  public ModelId model() {
    return model;
  }

  public Span span() {
    return span;
  }

  /** Unix milliseconds; a later record of the node has a higher one. */
  public long sequence() {
    return record.getSequence();
  }

  /** The first instant at which the record no longer stands. */
  public Instant expires() {
    return expires;
  }

  public List<PeerAddress.HostPort> endpoints() {
    return endpoints;
  }

  public PeerAddress address() {
    return new PeerAddress(node, endpoints);
  }

  public PeerRecord record() {
    return record;
  }

  /** The envelope as received. */
  public Signed signed() {
    return signed;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VerifiedRecord that && signed.equals(that.signed);
  }

  @Override
  public int hashCode() {
    return signed.hashCode();
  }

  @Override
  public String toString() {
    return "VerifiedRecord[" + address() + " blocks " + span + " sequence " + sequence() + "]";
  }
}
