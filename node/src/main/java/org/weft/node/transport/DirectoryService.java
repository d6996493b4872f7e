package org.weft.node.transport;

import org.weft.crypto.NodeId;
import org.weft.protocol.v1.ExchangeReply;
import org.weft.protocol.v1.ExchangeRequest;

/** What a directory does for its peers. */
public interface DirectoryService {
  ExchangeReply exchange(NodeId peer, ExchangeRequest request);
}
