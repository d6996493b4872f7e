package org.weft.shard.gguf;

import java.util.List;

/** What stands before the tensors' bytes in one file; every field of it has been checked. */
record Header(int version, Metadata metadata, List<TensorInfo> tensors) {
  Header {
    tensors = List.copyOf(tensors);
  }
}
