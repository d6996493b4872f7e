package org.weft.protocol;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import java.io.IOException;

/** What a call ends with whose message cannot be parsed. */
final class Unreadable {
  static RuntimeException because(IOException e) {
    String what =
        e instanceof InvalidProtocolBufferException
            ? "a message that is not well-formed protobuf"
            : "a message that cannot be read";
    return Status.INTERNAL.withDescription(what).withCause(e).asRuntimeException();
  }

  private Unreadable() {}
}
