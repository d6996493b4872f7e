package org.weft.protocol;

import io.grpc.MethodDescriptor;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.Up;

/**
 * The gRPC methods that carry rows, with marshallers that alias instead of copying. Bytes on the
 * wire are plain protobuf.
 */
public final class WireMethods {
  public static MethodDescriptor<Down, Up> chain() {
    throw new UnsupportedOperationException("skeleton");
  }

  public static MethodDescriptor<Collect, Collected> gather() {
    throw new UnsupportedOperationException("skeleton");
  }

  private WireMethods() {}
}
