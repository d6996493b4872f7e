package org.weft.node.transport;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.netty.handler.ssl.NotSslRecordException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeId;
import org.weft.node.FaultCodes;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.protocol.ProtocolException;
import org.weft.protocol.v1.Fault;
import org.weft.shard.ShardException;

/**
 * Failures between gRPC and this module: every one is a code and one sentence. A refusal crosses
 * the wire as a {@link Fault} in the trailers; what else goes wrong is told from gRPC's status.
 */
final class Failures {
  private static final System.Logger LOG = System.getLogger("org.weft.node.transport");

  static final Metadata.Key<byte[]> FAULT =
      Metadata.Key.of("weft-fault-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private static final int MAX_FAULT_BYTES = 2048;
  private static final int MAX_TEXT = 300;

  /** What a listener or service of ours threw; what is no coded failure goes to the log, too. */
  static NodeException thrown(RuntimeException e) {
    return switch (e) {
      case NodeException node -> node;
      case ProtocolException protocol ->
          new NodeException(FaultCodes.error(protocol.code()), sentence(protocol));
      case ShardException shard ->
          new NodeException(FaultCodes.error(FaultCodes.of(shard.error())), sentence(shard));
      default -> {
        // A bug of ours: its owner may see it in the log, the peer learns no more than the code.
        LOG.log(System.Logger.Level.WARNING, "A listener failed: {0} at {1}", e, place(e));
        LOG.log(System.Logger.Level.DEBUG, "The failed listener:", e);
        yield new NodeException(NodeError.INTERNAL, "The node failed inside.");
      }
    };
  }

  private static String place(RuntimeException e) {
    StackTraceElement[] trace = e.getStackTrace();
    return trace.length == 0 ? "an unknown place" : trace[0].toString();
  }

  private static String sentence(RuntimeException e) {
    return clean(String.valueOf(e.getMessage()));
  }

  static Status status(NodeException e) {
    return Status.ABORTED.withDescription(e.error().name());
  }

  static Metadata trailers(NodeException e) {
    Fault fault =
        Fault.newBuilder()
            .setCode(FaultCodes.of(e.error()))
            .setPermanent(e.permanent())
            .setText(sentence(e))
            .setRetryMs(e.retryMillis())
            .build();
    Metadata trailers = new Metadata();
    trailers.put(FAULT, fault.toByteArray());
    return trailers;
  }

  /** Why a call or stream to {@code peer} ended. */
  static NodeException of(Status status, @Nullable Metadata trailers, NodeId peer) {
    byte[] fault = trailers == null ? null : trailers.get(FAULT);
    if (fault != null && fault.length <= MAX_FAULT_BYTES) {
      try {
        return refusal(Fault.parseFrom(fault));
      } catch (InvalidProtocolBufferException e) {
        return failure(NodeError.PROTOCOL, "The node " + peer + " sent a malformed fault.");
      }
    }
    // A message that cannot be read is told as a cancellation, with the reason as its cause.
    if (status.getCode() == Status.Code.CANCELLED
        && status.getCause() instanceof StatusRuntimeException reason
        && reason.getStatus().getCode() != Status.Code.CANCELLED) {
      return of(reason.getStatus(), null, peer);
    }
    return switch (status.getCode()) {
      case UNAVAILABLE, CANCELLED -> lost(status, peer);
      case DEADLINE_EXCEEDED ->
          transientFailure(NodeError.DEADLINE, "The node " + peer + " did not answer in time.");
      case UNIMPLEMENTED ->
          failure(
              NodeError.INCOMPATIBLE,
              "The node " + peer + " does not know a call of this version.");
      case UNAUTHENTICATED, PERMISSION_DENIED ->
          failure(
              NodeError.WRONG_PEER, "The node " + peer + " did not accept this node's identity.");
      case RESOURCE_EXHAUSTED ->
          failure(NodeError.PROTOCOL, "A message to or from " + peer + " is larger than allowed.");
      case INTERNAL, INVALID_ARGUMENT, OUT_OF_RANGE, DATA_LOSS ->
          failure(NodeError.PROTOCOL, "A message to or from " + peer + " is malformed.");
      case OK, UNKNOWN, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, ABORTED ->
          failure(NodeError.INTERNAL, "The node " + peer + " failed (" + status.getCode() + ").");
    };
  }

  private static NodeException refusal(Fault fault) {
    String text = clean(fault.getText());
    return new NodeException(
        FaultCodes.error(fault.getCode()),
        text.isEmpty() ? "The peer refused without a reason." : text,
        fault.getPermanent(),
        Math.max(0, fault.getRetryMs()));
  }

  private static NodeException lost(Status status, NodeId peer) {
    NodeException wrong = identity(status.getCause(), "The node " + peer);
    return wrong != null
        ? wrong
        : transientFailure(NodeError.UNREACHABLE, "The connection to " + peer + " was lost.");
  }

  /** Why a dial of {@code peer} at one address failed. */
  static NodeException dial(Status status, @Nullable Metadata trailers, NodeId peer, String where) {
    if (trailers != null && trailers.containsKey(FAULT)) {
      return of(status, trailers, peer);
    }
    NodeException wrong = identity(status.getCause(), "The node at " + where);
    if (wrong != null) {
      return wrong;
    }
    String start = "The node " + peer + " cannot be reached at " + where + ": ";
    return switch (status.getCode()) {
      case UNAVAILABLE ->
          transientFailure(NodeError.UNREACHABLE, start + reason(status.getCause()));
      case DEADLINE_EXCEEDED -> transientFailure(NodeError.UNREACHABLE, start + "no answer came.");
      case CANCELLED -> transientFailure(NodeError.UNREACHABLE, start + "the dial was cut short.");
      default -> of(status, trailers, peer);
    };
  }

  private static String reason(@Nullable Throwable cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof NoRouteToHostException) {
        return "there is no route to it.";
      }
      if (t instanceof ConnectException refused) {
        boolean late = String.valueOf(refused.getMessage()).contains("timed out");
        return late ? "no answer came." : "the connection was refused.";
      }
    }
    return "the connection was closed.";
  }

  /** A handshake that failed over who the peer is, or over what it speaks; else null. */
  private static @Nullable NodeException identity(@Nullable Throwable cause, String who) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof CertificateException wrong) {
        return failure(NodeError.WRONG_PEER, sentence(wrong.getMessage(), who));
      }
      if (t instanceof NotSslRecordException) {
        return failure(NodeError.PROTOCOL, who + " does not speak TLS.");
      }
    }
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof SSLException && String.valueOf(t.getMessage()).contains("alert")) {
        return failure(NodeError.WRONG_PEER, who + " refused this node's TLS certificate.");
      }
    }
    return null;
  }

  private static String sentence(@Nullable String message, String who) {
    return message == null ? who + " is not who it was said to be." : clean(message);
  }

  static NodeException failure(NodeError error, String sentence) {
    return new NodeException(error, sentence);
  }

  static NodeException transientFailure(NodeError error, String sentence) {
    return new NodeException(error, sentence, false, 0);
  }

  static NodeException closed() {
    return new NodeException(NodeError.CLOSED, "This node's transport was closed.");
  }

  /** One line of bounded length, whoever wrote it. */
  private static String clean(String text) {
    StringBuilder out = new StringBuilder();
    int length = Math.min(text.length(), MAX_TEXT);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      boolean printable = !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT;
      out.append(printable ? c : ' ');
    }
    return text.length() > MAX_TEXT ? out.append('…').toString() : out.toString();
  }

  private Failures() {}
}
