package org.weft.tools.local;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.weft.crypto.NodeKey;
import org.weft.crypto.Sha256Tree;
import org.weft.node.gateway.SwarmView;
import org.weft.node.metrics.NodeMetrics;
import org.weft.node.session.SessionFactory;
import org.weft.node.ticket.NetworkId;
import org.weft.node.ticket.PeerAddress;
import org.weft.shard.manifest.Manifest;
import org.weft.shard.model.KvType;

/** A private swarm of processes on this machine, and the gateway's side of it here. */
final class ProcessesBackend implements Backend {
  private static final int NETWORK_BYTES = 16;

  private final Closing closing;
  private final LocalSwarm swarm;
  private final SwarmBackend gateway;

  private ProcessesBackend(Closing closing, LocalSwarm swarm, SwarmBackend gateway) {
    this.closing = closing;
    this.swarm = swarm;
    this.gateway = gateway;
  }

  static ProcessesBackend start(
      OpenModel open, int hops, KvType kvType, List<String> flags, Progress progress) {
    SecureRandom random = new SecureRandom();
    byte[] name = new byte[NETWORK_BYTES];
    random.nextBytes(name);
    String network = "demo-" + HexFormat.of().formatHex(name);
    Manifest manifest =
        Manifest.of(
            open.file(),
            Sha256Tree::root,
            (done, total) -> progress.bytes("hashing the model", done, total));
    return Closing.whole(closing -> {
      LocalSwarm swarm =
          closing.add(
              LocalSwarm.start(
                  open, manifest, LocalSwarm.split(open.config().blocks(), hops), network, flags),
              LocalSwarm::close);
      progress.say("starting " + hops + (hops == 1 ? " block server" : " block servers"));
      List<PeerAddress> addresses = swarm.await();
      NodeKey key = NodeKey.generate(random);
      SwarmBackend gateway =
          closing.add(
              SwarmBackend.join(
                  open, manifest.id(), key, NetworkId.named(network), addresses, kvType),
              SwarmBackend::close);
      return new ProcessesBackend(closing, swarm, gateway);
    });
  }

  @Override
  public SessionFactory sessions() {
    return gateway.sessions();
  }

  @Override
  public String fingerprint() {
    return gateway.fingerprint();
  }

  @Override
  public SwarmView view() {
    return gateway.view();
  }

  @Override
  public void bind(NodeMetrics metrics) {
    gateway.bind(metrics);
  }

  @Override
  public void onLoss(Consumer<String> sentence) {
    for (LocalSwarm.Server server : swarm.servers()) {
      server
          .process()
          .ended()
          .thenAccept(status -> {
            if (!swarm.closing()) {
              sentence.accept(
                  "the block server of blocks "
                      + server.span()
                      + " is gone (status "
                      + status
                      + "): prompts will fail until the demo is started anew");
            }
          });
    }
  }

  @Override
  public void close() {
    closing.close();
  }
}
