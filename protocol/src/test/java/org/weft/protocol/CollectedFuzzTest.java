package org.weft.protocol;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import org.weft.protocol.v1.Collected;

/** Whatever a peer sends as Collected: a message that reads back the same, or a status. */
final class CollectedFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void shouldParseOrRefuse(byte[] bytes) {
    Collected message;
    try {
      message = WireMethods.gather().parseResponse(new ByteArrayInputStream(bytes));
    } catch (StatusRuntimeException e) {
      return;
    }
    Collected again =
        WireMethods.gather().parseResponse(new ByteArrayInputStream(message.toByteArray()));
    if (!message.equals(again)) {
      throw new AssertionError("not the same message after writing it: " + message);
    }
  }
}
