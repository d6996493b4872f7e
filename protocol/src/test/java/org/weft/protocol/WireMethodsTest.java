package org.weft.protocol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.HopTimes;
import org.weft.protocol.v1.Open;
import org.weft.protocol.v1.Result;
import org.weft.protocol.v1.RowFormat;
import org.weft.protocol.v1.SessionsGrpc;
import org.weft.protocol.v1.Signed;
import org.weft.protocol.v1.Step;
import org.weft.protocol.v1.Up;
import org.weft.protocol.v1.Want;

final class WireMethodsTest {
  private static final MethodDescriptor<Down, Up> CHAIN = WireMethods.chain();

  @Test
  void shouldNameTheGeneratedMethodsWhenAskedFor() {
    assertEquals(SessionsGrpc.getChainMethod().getFullMethodName(), CHAIN.getFullMethodName());
    assertEquals(SessionsGrpc.getChainMethod().getType(), CHAIN.getType());
    assertEquals(
        SessionsGrpc.getGatherMethod().getFullMethodName(),
        WireMethods.gather().getFullMethodName());
    assertEquals(SessionsGrpc.getGatherMethod().getType(), WireMethods.gather().getType());
  }

  @Test
  void shouldWritePlainProtobufWhenDrainedOrRead() throws IOException {
    for (int size : new int[] {0, 1, 4095, 4096, 100_000, Wire.MAX_STEP_BYTES}) {
      Down down = step(size);
      byte[] plain = SessionsGrpc.getChainMethod().streamRequest(down).readAllBytes();
      assertArrayEquals(plain, drained(CHAIN.streamRequest(down)));
      InputStream read = CHAIN.streamRequest(down);
      assertEquals(plain.length, ((KnownLength) read).available());
      assertArrayEquals(plain, read.readAllBytes());
      assertEquals(0, read.available());
    }
  }

  @Test
  void shouldDrainOnlyTheRestWhenPartHasBeenRead() throws IOException {
    Down down = step(300);
    InputStream stream = CHAIN.streamRequest(down);
    byte[] head = stream.readNBytes(7);
    byte[] tail = drained(stream);
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(head);
    both.writeBytes(tail);
    assertArrayEquals(down.toByteArray(), both.toByteArray());
  }

  @Test
  void shouldReadBackTheSameMessageWhenTheStreamComesInPieces() {
    Down down = step(70_000);
    assertEquals(down, CHAIN.parseRequest(new Pieces(down.toByteArray(), 1000)));
    assertEquals(down, CHAIN.parseRequest(new ByteArrayInputStream(down.toByteArray())));
    Collected collected =
        Collected.newBuilder()
            .setResult(
                Result.newBuilder()
                    .setStep(4)
                    .addTimes(HopTimes.newBuilder().setHop(1).setComputeNanos(5))
                    .setHidden(random(999)))
            .build();
    assertEquals(
        collected, WireMethods.gather().parseResponse(new Pieces(collected.toByteArray(), 10)));
  }

  @Test
  void shouldSliceTheReadArrayWhenItParses() {
    byte[] wire = step(5000).toByteArray();
    Sharing stream = new Sharing(wire);
    Down down = CHAIN.parseRequest(stream);
    ByteString hidden = down.getStep().getHidden();
    assertEquals(random(5000), hidden);
    byte[] seen = stream.array();
    // Only an alias sees what happens to the array afterwards.
    Arrays.fill(seen, (byte) 7);
    assertEquals(ByteString.copyFrom(filled(5000, 7)), hidden);
  }

  @Test
  void shouldRefuseBeforeAllocatingWhenTheLengthIsTooBig() {
    InputStream huge = new Claiming(Wire.MAX_MESSAGE_BYTES + 1);
    assertStatus(Status.Code.RESOURCE_EXHAUSTED, () -> CHAIN.parseRequest(huge));
    InputStream endless = new Endless();
    assertStatus(Status.Code.RESOURCE_EXHAUSTED, () -> CHAIN.parseRequest(endless));
    Down tooBig = step(Wire.MAX_MESSAGE_BYTES);
    assertStatus(Status.Code.RESOURCE_EXHAUSTED, () -> CHAIN.streamRequest(tooBig));
  }

  @Test
  void shouldEndWithAStatusWhenBytesAreMalformed() {
    byte[] wire = opened().toByteArray();
    int refused = 0;
    for (int length = 1; length < wire.length; length++) {
      refused += refuses(Arrays.copyOf(wire, length)) ? 1 : 0;
    }
    assertEquals(wire.length - 1, refused, "a cut Open is never well-formed");
    assertStatus(Status.Code.INTERNAL, () -> CHAIN.parseRequest(new Short(10, 3)));
    byte[] endGroup = {0x0c};
    assertStatus(
        Status.Code.INTERNAL, () -> CHAIN.parseRequest(new ByteArrayInputStream(endGroup)));
  }

  @Test
  void shouldDropWhatItDoesNotKnowWhenFieldsAreNew() {
    byte[] known = step(10).toByteArray();
    byte[] wire = Arrays.copyOf(known, known.length + 3);
    wire[known.length] = (byte) 0xf8; // field 31, a varint
    wire[known.length + 1] = 0x01;
    wire[known.length + 2] = 0x05;
    assertEquals(step(10), CHAIN.parseRequest(new ByteArrayInputStream(wire)));
  }

  @Test
  void shouldKeepNoPaddingInMemoryWhenAMessageIsMuchSmallerThanItsBytes() {
    byte[] known = step(2000).toByteArray();
    byte[] unknown = new byte[1_000_000];
    byte[] wire = Arrays.copyOf(known, known.length + 5 + unknown.length);
    wire[known.length] = (byte) 0xfa; // field 31, bytes
    wire[known.length + 1] = 0x01;
    wire[known.length + 2] = (byte) 0xc0; // 1,000,000 as a varint
    wire[known.length + 3] = (byte) 0x84;
    wire[known.length + 4] = 0x3d;
    assertKeepsLittle(2000, wire);
    // The last of a field that comes again is the one that counts.
    Down large = step(1_000_000);
    byte[] twice = Arrays.copyOf(large.toByteArray(), large.getSerializedSize() + known.length);
    System.arraycopy(known, 0, twice, large.getSerializedSize(), known.length);
    assertKeepsLittle(2000, twice);
  }

  private static void assertKeepsLittle(int size, byte[] wire) {
    Sharing stream = new Sharing(wire);
    ByteString hidden = CHAIN.parseRequest(stream).getStep().getHidden();
    assertEquals(random(size), hidden);
    // Only an alias would see what happens to the array afterwards.
    Arrays.fill(stream.array(), (byte) 7);
    assertEquals(random(size), hidden);
  }

  private static boolean refuses(byte[] wire) {
    try {
      CHAIN.parseRequest(new ByteArrayInputStream(wire));
      return false;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode() == Status.Code.INTERNAL;
    }
  }

  private static void assertStatus(
      Status.Code code, org.junit.jupiter.api.function.Executable call) {
    assertEquals(code, assertThrows(StatusRuntimeException.class, call).getStatus().getCode());
  }

  private static byte[] drained(InputStream stream) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int written = assertInstanceOf(Drainable.class, stream).drainTo(out);
    assertEquals(written, out.size());
    return out.toByteArray();
  }

  private static Down step(int size) {
    return Down.newBuilder()
        .setStep(
            Step.newBuilder()
                .setStep(7)
                .setPosition(12)
                .setRows(3)
                .setWant(Want.WANT_LAST)
                .setFormat(RowFormat.ROW_FORMAT_F32)
                .setHidden(random(size)))
        .build();
  }

  private static MessageLite opened() {
    return Down.newBuilder()
        .setOpen(
            Open.newBuilder()
                .setTicket(Signed.newBuilder().setPayload(random(40)).setSigner(random(32)))
                .setHop(2)
                .setBase(5))
        .build();
  }

  private static ByteString random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private static byte[] filled(int size, int value) {
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  /** Gives a few bytes a call, as gRPC's buffers do. */
  private static final class Pieces extends ByteArrayInputStream implements KnownLength {
    private final int most;

    Pieces(byte[] bytes, int most) {
      super(bytes);
      this.most = most;
    }

    @Override
    public synchronized int read(byte[] into, int offset, int length) {
      return super.read(into, offset, Math.min(length, most));
    }
  }

  /** Remembers the array that it was read into. */
  private static final class Sharing extends ByteArrayInputStream implements KnownLength {
    private byte[] array = new byte[0];

    Sharing(byte[] bytes) {
      super(bytes);
    }

    @Override
    public synchronized int read(byte[] into, int offset, int length) {
      array = into;
      return super.read(into, offset, length);
    }

    byte[] array() {
      return array;
    }
  }

  /** Says that it is long, and fails where anyone reads it. */
  private static final class Claiming extends InputStream implements KnownLength {
    private final int length;

    Claiming(int length) {
      this.length = length;
    }

    @Override
    public int available() {
      return length;
    }

    @Override
    public int read() {
      throw new AssertionError("read before its length was checked");
    }
  }

  /** Ends before the length that it names. */
  private static final class Short extends InputStream implements KnownLength {
    private final int length;
    private int left;

    Short(int length, int left) {
      this.length = length;
      this.left = left;
    }

    @Override
    public int available() {
      return length;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }
  }

  private static final class Endless extends InputStream {
    @Override
    public int read() {
      return 0;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      return length;
    }
  }
}
