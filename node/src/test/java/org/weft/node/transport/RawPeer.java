package org.weft.node.transport;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.weft.crypto.NodeId;
import org.weft.crypto.NodeKey;
import org.weft.crypto.TlsIdentity;
import org.weft.protocol.Wire;
import org.weft.protocol.v1.HelloRequest;

/** A peer with a proper identity that sends whatever bytes it likes. */
final class RawPeer {
  /** A reply that is larger, and that nobody asks for, does not come. */
  static final int WINDOW_BYTES = 64 << 10;

  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  static MethodDescriptor<byte[], byte[]> method(
      String fullName, MethodDescriptor.MethodType type) {
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setFullMethodName(fullName)
        .setType(type)
        .setRequestMarshaller(BYTES)
        .setResponseMarshaller(BYTES)
        .build();
  }

  static TlsContexts tls(NodeKey key) {
    Clock clock = Clock.systemUTC();
    return new TlsContexts(TlsIdentity.create(key, clock), clock, TlsContexts.best());
  }

  /** One that has said Hello. */
  static ManagedChannel dial(NodeId peer, int port) {
    ManagedChannel channel = dialSilently(peer, port);
    byte[] hello =
        HelloRequest.newBuilder()
            .setMinVersion(Wire.MIN_VERSION)
            .setMaxVersion(Wire.VERSION)
            .build()
            .toByteArray();
    Status status = call(channel, "weft.v1.Directory/Hello", hello);
    if (!status.isOk()) {
      throw new AssertionError(status.toString());
    }
    return channel;
  }

  static ManagedChannel dialSilently(NodeId peer, int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port)
        .sslContext(tls(Loopback.key()).client(peer))
        .overrideAuthority("0.0.0.0")
        .flowControlWindow(WINDOW_BYTES)
        .build();
  }

  /** How one call with these bytes ends. */
  static Status call(ManagedChannel channel, String fullName, byte[] request) {
    try {
      ClientCalls.blockingUnaryCall(
          channel,
          method(fullName, MethodDescriptor.MethodType.UNARY),
          CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
          request);
      return Status.OK;
    } catch (StatusRuntimeException e) {
      byte[] fault = e.getTrailers() == null ? null : e.getTrailers().get(Failures.FAULT);
      return fault == null ? e.getStatus() : e.getStatus().withDescription(new String(fault));
    }
  }

  /** A server that answers Hello with {@code hello} and Ask with {@code ask}. */
  static Server serve(NodeKey key, byte[] hello, byte[] ask) throws IOException {
    return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .sslContext(tls(key).server())
        .addService(
            ServerServiceDefinition.builder("weft.v1.Directory")
                .addMethod(
                    method("weft.v1.Directory/Hello", MethodDescriptor.MethodType.UNARY),
                    (call, headers) -> answer(call, hello))
                .build())
        .addService(
            ServerServiceDefinition.builder("weft.v1.Sessions")
                .addMethod(
                    method("weft.v1.Sessions/Ask", MethodDescriptor.MethodType.UNARY),
                    (call, headers) -> answer(call, ask))
                .addMethod(
                    method("weft.v1.Sessions/Chain", MethodDescriptor.MethodType.BIDI_STREAMING),
                    (call, headers) -> answer(call, ask))
                .build())
        .build()
        .start();
  }

  private static ServerCall.Listener<byte[]> answer(ServerCall<byte[], byte[]> call, byte[] reply) {
    call.request(1);
    call.sendHeaders(new Metadata());
    call.sendMessage(reply);
    call.close(Status.OK, new Metadata());
    return new ServerCall.Listener<>() {};
  }

  private RawPeer() {}
}
