package org.weft.protocol;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import org.weft.protocol.v1.Up;

/** Whatever a peer sends as Up: a message that reads back the same, or a status. */
final class UpFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void shouldParseOrRefuse(byte[] bytes) {
    Up message;
    try {
      message = WireMethods.chain().parseResponse(new ByteArrayInputStream(bytes));
    } catch (StatusRuntimeException e) {
      return;
    }
    Up again = WireMethods.chain().parseResponse(new ByteArrayInputStream(message.toByteArray()));
    if (!message.equals(again)) {
      throw new AssertionError("not the same message after writing it: " + message);
    }
  }
}
