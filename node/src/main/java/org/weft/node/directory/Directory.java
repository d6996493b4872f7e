package org.weft.node.directory;

import java.util.List;
import org.weft.node.ticket.VerifiedRecord;
import org.weft.node.transport.DirectoryService;
import org.weft.protocol.v1.PeerRecord;
import org.weft.shard.manifest.ModelId;

/** Who is in the swarm. Thread-safe. */
public interface Directory extends DirectoryService, AutoCloseable {
  /**
   * Sets what this node says of itself; it is signed and spread again before its ttl ends, until
   * {@link #close}.
   */
  void publish(PeerRecord record);

  /** Records that stand now, of one model. */
  List<VerifiedRecord> records(ModelId model);

  List<VerifiedRecord> records();

  /** Pulls from the peers joined through, now. */
  void refresh();

  @Override
  void close();
}
