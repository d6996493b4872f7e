package org.weft.protocol;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import org.weft.protocol.v1.Close;
import org.weft.protocol.v1.Closed;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.DirectoryGrpc;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.ExchangeReply;
import org.weft.protocol.v1.ExchangeRequest;
import org.weft.protocol.v1.HelloReply;
import org.weft.protocol.v1.HelloRequest;
import org.weft.protocol.v1.Probe;
import org.weft.protocol.v1.ProbeReport;
import org.weft.protocol.v1.SessionsGrpc;
import org.weft.protocol.v1.Up;

/**
 * The gRPC methods, with marshallers of our own: those that carry rows alias instead of copying,
 * and the others take no more bytes than they need. Bytes on the wire are plain protobuf, so that a
 * peer with generated code understands them. A message above its cap is RESOURCE_EXHAUSTED,
 * malformed bytes are INTERNAL.
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

  private static final MethodDescriptor<Probe, ProbeReport> ASK =
      bounded(
          SessionsGrpc.getAskMethod(),
          Probe.getDefaultInstance(),
          ProbeReport.getDefaultInstance(),
          Wire.MAX_CALL_BYTES,
          Wire.MAX_CALL_BYTES);

  private static final MethodDescriptor<Close, Closed> END =
      bounded(
          SessionsGrpc.getEndMethod(),
          Close.getDefaultInstance(),
          Closed.getDefaultInstance(),
          Wire.MAX_CALL_BYTES,
          Wire.MAX_CALL_BYTES);

  private static final MethodDescriptor<HelloRequest, HelloReply> HELLO =
      bounded(
          DirectoryGrpc.getHelloMethod(),
          HelloRequest.getDefaultInstance(),
          HelloReply.getDefaultInstance(),
          Wire.MAX_CALL_BYTES,
          Wire.MAX_CALL_BYTES);

  private static final MethodDescriptor<ExchangeRequest, ExchangeReply> EXCHANGE =
      bounded(
          DirectoryGrpc.getExchangeMethod(),
          ExchangeRequest.getDefaultInstance(),
          ExchangeReply.getDefaultInstance(),
          Wire.MAX_MESSAGE_BYTES,
          Wire.MAX_EXCHANGE_RECORDS + Wire.MAX_EXCHANGE_KNOWN + 1);

  private static <Q extends Message, R extends Message> MethodDescriptor<Q, R> bounded(
      MethodDescriptor<Q, R> method, Q request, R reply, int maxBytes, int maxFields) {
    return method.toBuilder(
            new BoundedMarshaller<>(request, maxBytes, maxFields),
            new BoundedMarshaller<>(reply, maxBytes, maxFields))
        .build();
  }

  /** {@code Sessions.Chain}. */
  public static MethodDescriptor<Down, Up> chain() {
    return CHAIN;
  }

  /** {@code Sessions.Gather}. */
  public static MethodDescriptor<Collect, Collected> gather() {
    return GATHER;
  }

  /** {@code Sessions.Ask}. */
  public static MethodDescriptor<Probe, ProbeReport> ask() {
    return ASK;
  }

  /** {@code Sessions.End}. */
  public static MethodDescriptor<Close, Closed> end() {
    return END;
  }

  /** {@code Directory.Hello}. */
  public static MethodDescriptor<HelloRequest, HelloReply> hello() {
    return HELLO;
  }

  /** {@code Directory.Exchange}. */
  public static MethodDescriptor<ExchangeRequest, ExchangeReply> exchange() {
    return EXCHANGE;
  }

  private WireMethods() {}
}
