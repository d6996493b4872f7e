package org.weft.protocol;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import java.io.IOException;
import java.io.InputStream;

/**
 * Plain protobuf of messages that a stranger may send before anything is known of it: no more bytes
 * and no more fields than such a message needs, since an empty one costs a stranger two bytes and
 * us an object; those that this version does not know are dropped. Nothing of the array that was
 * read is kept. Any thread.
 */
final class BoundedMarshaller<T extends Message>
    implements MethodDescriptor.PrototypeMarshaller<T> {
  private final MethodDescriptor.PrototypeMarshaller<T> plain;
  private final Parser<T> parser;
  private final int maxBytes;
  private final int maxFields;

  @SuppressWarnings("unchecked") // a message's own parser makes messages of its type
  BoundedMarshaller(T prototype, int maxBytes, int maxFields) {
    plain = (MethodDescriptor.PrototypeMarshaller<T>) ProtoUtils.marshaller(prototype);
    parser = DiscardUnknownFieldsParser.wrap((Parser<T>) prototype.getParserForType());
    this.maxBytes = maxBytes;
    this.maxFields = maxFields;
  }

  @Override
  public Class<T> getMessageClass() {
    return plain.getMessageClass();
  }

  @Override
  public T getMessagePrototype() {
    return plain.getMessagePrototype();
  }

  @Override
  public InputStream stream(T message) {
    return plain.stream(message);
  }

  @Override
  public T parse(InputStream stream) {
    try {
      byte[] bytes = stream.readNBytes(maxBytes + 1);
      if (bytes.length > maxBytes) {
        throw tooMuch("bytes", maxBytes);
      }
      requireFewFields(bytes);
      return parser.parseFrom(bytes);
    } catch (IOException e) {
      throw Unreadable.because(e);
    }
  }

  /** Walks over the message's own fields, which allocates nothing. */
  private void requireFewFields(byte[] bytes) throws IOException {
    CodedInputStream input = CodedInputStream.newInstance(bytes);
    int fields = 0;
    for (int tag = input.readTag(); tag != 0 && input.skipField(tag); tag = input.readTag()) {
      if (++fields > maxFields) {
        throw tooMuch("fields", maxFields);
      }
    }
  }

  private static RuntimeException tooMuch(String what, int allowed) {
    return Status.RESOURCE_EXHAUSTED
        .withDescription("a message of more than the %d %s allowed".formatted(allowed, what))
        .asRuntimeException();
  }
}
