package org.weft.protocol;

import com.google.protobuf.MessageLite;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A message about to be sent. gRPC drains it into its own buffers, which is the one copy; a reader
 * that does not (an in-process transport) gets an array. One thread.
 */
final class MessageStream extends InputStream implements Drainable, KnownLength {
  private @Nullable MessageLite message;
  private final int size;
  private @Nullable ByteArrayInputStream rest;

  MessageStream(MessageLite message, int size) {
    this.message = message;
    this.size = size;
  }

  @Override
  public int drainTo(OutputStream target) throws IOException {
    MessageLite whole = message;
    if (whole != null) {
      message = null;
      whole.writeTo(target);
      return size;
    }
    return rest == null ? 0 : (int) rest.transferTo(target);
  }

  @Override
  public int read() {
    return bytes().read();
  }

  @Override
  public int read(byte[] into, int offset, int length) {
    return bytes().read(into, offset, length);
  }

  @Override
  public int available() {
    if (message != null) {
      return size;
    }
    return rest == null ? 0 : rest.available();
  }

  private ByteArrayInputStream bytes() {
    if (rest == null) {
      rest = new ByteArrayInputStream(message == null ? new byte[0] : message.toByteArray());
      message = null;
    }
    return rest;
  }
}
