package org.weft.protocol;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;

/**
 * Plain protobuf bytes with one copy each way: a message is read from the connection's buffers into
 * one array, whose slices its byte fields are, and is written straight into the connection's
 * buffers. Malformed or oversized messages become a gRPC status. Any thread.
 *
 * <p>Fields that this version does not know are dropped: kept, they would cost a stranger a byte
 * and us a hundred. Where what is left is much less than what came, it is copied out of the array,
 * so that a message keeps little more memory than its own size, by which its reader counts it.
 */
final class AliasingMarshaller<T extends Message>
    implements MethodDescriptor.PrototypeMarshaller<T> {
  /** Bytes around a message's own that may stay: no array is copied for less, or for an eighth. */
  private static final int SLACK_BYTES = 1024;

  private final T prototype;
  private final Parser<T> parser;

  @SuppressWarnings("unchecked") // a message's own parser makes messages of its type
  AliasingMarshaller(T prototype) {
    this.prototype = prototype;
    this.parser = DiscardUnknownFieldsParser.wrap((Parser<T>) prototype.getParserForType());
  }

  @Override
  @SuppressWarnings("unchecked") // a message's own class
  public Class<T> getMessageClass() {
    return (Class<T>) prototype.getClass();
  }

  @Override
  public T getMessagePrototype() {
    return prototype;
  }

  @Override
  public InputStream stream(T message) {
    int size = message.getSerializedSize();
    if (size > Wire.MAX_MESSAGE_BYTES) {
      throw tooBig(size);
    }
    return new MessageStream(message, size);
  }

  @Override
  public T parse(InputStream stream) {
    try {
      ByteString bytes = read(stream);
      T message = parse(bytes);
      int size = message.getSerializedSize();
      boolean padded = bytes.size() - size > SLACK_BYTES + size / 8;
      return padded ? parse(message.toByteString()) : message;
    } catch (IOException e) {
      throw Unreadable.because(e);
    }
  }

  private T parse(ByteString bytes) throws IOException {
    CodedInputStream input = bytes.newCodedInput();
    // Nobody else has the array, so the message's byte fields may be slices of it.
    input.enableAliasing(true);
    T message = parser.parseFrom(input);
    input.checkLastTagWas(0);
    return message;
  }

  private static ByteString read(InputStream stream) throws IOException {
    byte[] bytes;
    if (stream instanceof KnownLength) {
      int size = stream.available();
      if (size > Wire.MAX_MESSAGE_BYTES) {
        throw tooBig(size);
      }
      bytes = new byte[size];
      for (int at = 0; at < size; ) {
        int count = stream.read(bytes, at, size - at);
        if (count < 0) {
          throw new IOException("a message ends before its length");
        }
        at += count;
      }
    } else {
      bytes = stream.readNBytes(Wire.MAX_MESSAGE_BYTES + 1);
      if (bytes.length > Wire.MAX_MESSAGE_BYTES) {
        throw tooBig(bytes.length);
      }
    }
    return UnsafeByteOperations.unsafeWrap(bytes);
  }

  private static RuntimeException tooBig(int size) {
    return Status.RESOURCE_EXHAUSTED
        .withDescription(
            "a message of %d bytes or more; %d are allowed".formatted(size, Wire.MAX_MESSAGE_BYTES))
        .asRuntimeException();
  }
}
