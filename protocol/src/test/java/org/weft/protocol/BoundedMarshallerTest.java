package org.weft.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import org.junit.jupiter.api.Test;
import org.weft.protocol.v1.ExchangeRequest;
import org.weft.protocol.v1.HelloRequest;
import org.weft.protocol.v1.Probe;
import org.weft.protocol.v1.RecordSummary;
import org.weft.protocol.v1.Signed;

final class BoundedMarshallerTest {
  private static final UnknownFieldSet UNKNOWN =
      UnknownFieldSet.newBuilder()
          .addField(
              99,
              UnknownFieldSet.Field.newBuilder()
                  .addLengthDelimited(ByteString.copyFromUtf8("later"))
                  .build())
          .build();

  @Test
  void shouldDropFieldsThatItDoesNotKnow() {
    HelloRequest hello = HelloRequest.newBuilder().setMaxVersion(1).build();
    byte[] more = hello.toBuilder().setUnknownFields(UNKNOWN).build().toByteArray();
    assertEquals(hello, WireMethods.hello().parseRequest(new ByteArrayInputStream(more)));
    Signed record = Signed.newBuilder().setPayload(ByteString.copyFromUtf8("r")).build();
    ExchangeRequest nested =
        ExchangeRequest.newBuilder()
            .addRecords(record.toBuilder().setUnknownFields(UNKNOWN))
            .build();
    assertEquals(
        ExchangeRequest.newBuilder().addRecords(record).build(),
        WireMethods.exchange().parseRequest(new ByteArrayInputStream(nested.toByteArray())));
  }

  @Test
  void shouldRefuseWhenThereAreMoreBytesThanTheCallNeeds() {
    Probe.Builder probe = Probe.newBuilder();
    int tag = 3;
    byte[] fits = probe.setSessionId(bytes(Wire.MAX_CALL_BYTES - tag)).build().toByteArray();
    assertEquals(Wire.MAX_CALL_BYTES, fits.length);
    assertEquals(probe.build(), WireMethods.ask().parseRequest(new ByteArrayInputStream(fits)));
    byte[] large = probe.setSessionId(bytes(Wire.MAX_CALL_BYTES)).build().toByteArray();
    assertRefused(
        Status.Code.RESOURCE_EXHAUSTED,
        () -> WireMethods.ask().parseRequest(new ByteArrayInputStream(large)));
  }

  @Test
  void shouldRefuseWhenThereAreMoreFieldsThanTheCallNeeds() {
    ExchangeRequest.Builder request = ExchangeRequest.newBuilder();
    for (int i = 0; i < Wire.MAX_EXCHANGE_KNOWN + Wire.MAX_EXCHANGE_RECORDS + 1; i++) {
      request.addKnown(RecordSummary.getDefaultInstance());
    }
    byte[] fits = request.build().toByteArray();
    assertEquals(
        request.build(), WireMethods.exchange().parseRequest(new ByteArrayInputStream(fits)));
    byte[] many = request.addKnown(RecordSummary.getDefaultInstance()).build().toByteArray();
    assertRefused(
        Status.Code.RESOURCE_EXHAUSTED,
        () -> WireMethods.exchange().parseRequest(new ByteArrayInputStream(many)));
  }

  @Test
  void shouldRefuseWhatIsMalformed() {
    byte[] garbage = {-1, -1, 7, 7, 7};
    assertRefused(
        Status.Code.INTERNAL,
        () -> WireMethods.end().parseRequest(new ByteArrayInputStream(garbage)));
  }

  private static ByteString bytes(int count) {
    return ByteString.copyFrom(new byte[count]);
  }

  private interface Parse {
    Object parse();
  }

  private static void assertRefused(Status.Code code, Parse parse) {
    StatusRuntimeException refused =
        assertThrows(
            StatusRuntimeException.class,
            () -> {
              Object unused = parse.parse();
            });
    assertEquals(code, refused.getStatus().getCode());
  }
}
