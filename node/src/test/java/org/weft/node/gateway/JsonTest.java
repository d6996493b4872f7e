package org.weft.node.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** How large a tree may become, whatever its text. */
final class JsonTest {
  @Test
  void shouldRefuseATreeOfMillionsOfNodes() {
    for (String node : new String[] {"{}", "[]", "1", "\"\""}) {
      byte[] body = bytes("{\"messages\":[" + (node + ",").repeat(1_000_000) + node + "]}");
      ApiException refused = assertThrows(ApiException.class, () -> Json.object(body));
      assertEquals(400, refused.error().status());
      assertTrue(refused.error().message().contains("1000000"), refused.error().message());
    }
    try (Served served = new Served()) {
      Served.error(
          served.post(Served.CHAT, "{\"messages\":[" + "{},".repeat(3_000_000) + "{}]}"), 400);
    }
  }

  @Test
  void shouldTakeABatchOfLongPromptsOfTokens() {
    String prompt = "[" + "151643,".repeat(131_071) + "7]";
    byte[] body = bytes("{\"prompt\":[" + (prompt + ",").repeat(6) + prompt + "]}");
    assertEquals(7, Json.object(body).required("prompt").size());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
