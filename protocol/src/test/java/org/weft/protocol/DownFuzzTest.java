package org.weft.protocol;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import org.weft.protocol.v1.Down;

/** Whatever a peer sends as Down: a message that reads back the same, or a status. */
final class DownFuzzTest {
  @FuzzTest(maxDuration = "20s")
  void shouldParseOrRefuse(byte[] bytes) {
    Down message;
    try {
      message = WireMethods.chain().parseRequest(new ByteArrayInputStream(bytes));
    } catch (StatusRuntimeException e) {
      return;
    }
    Down again = WireMethods.chain().parseRequest(new ByteArrayInputStream(message.toByteArray()));
    if (!message.equals(again)) {
      throw new AssertionError("not the same message after writing it: " + message);
    }
  }
}
