package org.weft.node.serving;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The memory that a ByteString holds on to, which is more than its size where it is a view. */
final class Backing extends ByteOutput {
  private int bytes;

  static int bytes(ByteString string) throws IOException {
    Backing backing = new Backing();
    UnsafeByteOperations.unsafeWriteTo(string, backing);
    return backing.bytes;
  }

  @Override
  public void write(byte value) {
    bytes++;
  }

  @Override
  public void write(byte[] value, int offset, int length) {
    bytes += value.length;
  }

  @Override
  public void writeLazy(byte[] value, int offset, int length) {
    bytes += value.length;
  }

  @Override
  public void write(ByteBuffer value) {
    bytes += value.capacity();
  }

  @Override
  public void writeLazy(ByteBuffer value) {
    bytes += value.capacity();
  }
}
