package org.weft.node.directory;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.node.ticket.PeerAddress;
import org.weft.node.ticket.TicketFixture;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.node.transport.DirectoryService;
import org.weft.node.transport.MemoryNetwork;
import org.weft.node.transport.SessionService;
import org.weft.node.transport.SteppedTime;
import org.weft.node.transport.Transport;
import org.weft.protocol.v1.Close;
import org.weft.protocol.v1.Closed;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.Probe;
import org.weft.protocol.v1.ProbeReport;
import org.weft.protocol.v1.Up;

/** Nodes with directories in memory, under one stepped time. */
final class Swarm {
  final MemoryNetwork network = new MemoryNetwork();
  final SteppedTime time = new SteppedTime(TicketFixture.NOW);

  /** A node of the swarm. */
  record Member(NodeKey key, Transport transport, JoinDirectory directory) {
    NodeId id() {
      return key.id();
    }

    List<NodeId> sees() {
      return directory.records().stream().map(VerifiedRecord::node).toList();
    }
  }

  Member node(NodeKey key, Member... join) {
    return start(key, true, join);
  }

  /** A gateway: dials only, publishes nothing. */
  Member client(Member... join) {
    return start(TicketFixture.key(), false, join);
  }

  /** Says that it serves blocks [start, end). */
  Member serve(NodeKey key, int start, int end, Member... join) {
    Member member = node(key, join);
    member.directory().publish(TicketFixture.record(key, start, end).build());
    return member;
  }

  private Member start(NodeKey key, boolean listens, Member... join) {
    AtomicReference<DirectoryService> late = new AtomicReference<>();
    DirectoryService service =
        (peer, request) -> Objects.requireNonNull(late.get()).exchange(peer, request);
    Transport transport =
        listens ? network.join(key.id(), new NoSessions(), service) : network.join(key.id());
    List<PeerAddress> addresses = new ArrayList<>();
    for (Member member : join) {
      addresses.add(MemoryNetwork.address(member.id()));
    }
    JoinDirectory directory =
        JoinDirectory.start(
            key,
            DirectoryConfig.of(TicketFixture.NETWORK, addresses),
            transport,
            time,
            time.clock());
    late.set(directory);
    return new Member(key, transport, directory);
  }

  static List<NodeId> ids(Member... members) {
    return Arrays.stream(members)
        .map(Member::id)
        .sorted((a, b) -> Arrays.compareUnsigned(a.bytes(), b.bytes()))
        .toList();
  }

  static ByteString bytes(NodeId id) {
    return ByteString.copyFrom(id.bytes());
  }

  /** A node that computes nothing. */
  private static final class NoSessions implements SessionService {
    @Override
    public Inbound chain(NodeId peer, Outbound<Up> out) {
      throw none();
    }

    @Override
    public Runnable gather(NodeId peer, Collect request, Outbound<Collected> out) {
      throw none();
    }

    @Override
    public ProbeReport ask(NodeId peer, Probe probe) {
      throw none();
    }

    @Override
    public Closed end(NodeId peer, Close close) {
      throw none();
    }

    private static NodeException none() {
      return new NodeException(NodeError.UNSUPPORTED, "this node computes nothing");
    }
  }
}
