package org.weft.protocol;

import io.grpc.MethodDescriptor;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.SessionsGrpc;
import org.weft.protocol.v1.Up;

/**
 * The gRPC methods that carry rows, with marshallers that alias instead of copying. Bytes on the
 * wire are plain protobuf, so that a peer with generated code understands them. A message above
 * {@link Wire#MAX_MESSAGE_BYTES} is RESOURCE_EXHAUSTED, malformed bytes are INTERNAL.
 */
public final class WireMethods {
  private static final MethodDescriptor<Down, Up> CHAIN =
      SessionsGrpc.getChainMethod().toBuilder(
              new AliasingMarshaller<>(Down.getDefaultInstance()),
              new AliasingMarshaller<>(Up.getDefaultInstance()))
          .build();

  private static final MethodDescriptor<Collect, Collected> GATHER =
      SessionsGrpc.getGatherMethod().toBuilder(
              new AliasingMarshaller<>(Collect.getDefaultInstance()),
              new AliasingMarshaller<>(Collected.getDefaultInstance()))
          .build();

  /** {@code Sessions.Chain}. */
  public static MethodDescriptor<Down, Up> chain() {
    return CHAIN;
  }

  /** {@code Sessions.Gather}. */
  public static MethodDescriptor<Collect, Collected> gather() {
    return GATHER;
  }

  private WireMethods() {}
}
