package org.weft.node.ticket;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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

  /** How far ahead of ours, or behind it, a peer's clock may be. */
  public static final Duration SKEW = Duration.ofSeconds(30);

  /** A record's life at most. */
  public static final Duration MAX_TTL = Duration.ofMinutes(15);

  private final Signed signed;
  private final PeerRecord record;
  private final NodeId node;
  private final ModelId model;
  private final Span span;
  private final Instant expires;
  private final Instant ends;
  private final List<PeerAddress.HostPort> endpoints;

  /** Only of what {@link RecordCheck} has let through. */
  VerifiedRecord(
      Signed signed,
      PeerRecord record,
      NodeId node,
      ModelId model,
      Span span,
      Instant expires,
      Instant ends,
      List<PeerAddress.HostPort> endpoints) {
    this.signed = signed;
    this.record = record;
    this.node = node;
    this.model = model;
    this.span = span;
    this.expires = expires;
    this.ends = ends;
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
   * @throws NodeException WRONG_PEER where the signature is not the signer's, which no honest peer
   *     passes on; PROTOCOL for all else; with one sentence
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

  /** What a payload claims, before anything of it is believed; empty where it is no record. */
  public static Optional<PeerRecord> claims(ByteString payload) {
    return payload.size() > MAX_BYTES
        ? Optional.empty()
        : Optional.ofNullable(RecordCheck.read(payload));
  }

  /**
   * The first instant at which the record no longer stands: its ttl after it was checked, or its
   * end, whichever comes first.
   */
  public Instant expires() {
    return expires;
  }

  /** The first instant at which nobody may take it in any more, even by a clock that is behind. */
  public Instant ends() {
    return ends;
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
