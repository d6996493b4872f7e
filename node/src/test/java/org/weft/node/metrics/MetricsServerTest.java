package org.weft.node.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.weft.node.NodeError;
import org.weft.node.NodeException;

final class MetricsServerTest {
  @Test
  void shouldTellWhatIsMeasuredWhenSomebodyAsks() throws Exception {
    AtomicInteger used = new AtomicInteger(3);
    try (NodeMetrics metrics = new NodeMetrics();
        MetricsServer server = MetricsServer.start("127.0.0.1", 0, metrics, () -> "ok");
        HttpClient client = HttpClient.newHttpClient()) {
      metrics.bindKvPages(used::get, () -> 8);
      metrics.bindSessions(() -> 1);
      metrics.count("weft.steps", "Steps", () -> 41);
      metrics.step(1_500_000, 3_000_000);
      metrics.fault(NodeError.STALE_EPOCH);
      String text = get(client, server.url()).body();
      for (String line :
          new String[] {
            "weft_kv_pages_used 3.0",
            "weft_kv_pages_total 8.0",
            "weft_sessions_open 1.0",
            "weft_steps_total 41.0",
            "weft_step_queue_seconds_count 1",
            "weft_step_compute_seconds_bucket{le=\"0.005\"} 1",
            "weft_faults_total{code=\"stale_epoch\"} 1.0"
          }) {
        assertTrue(text.contains("\n" + line + "\n"), line + " in\n" + text);
      }
      used.set(0);
      assertTrue(get(client, server.url()).body().contains("\nweft_kv_pages_used 0.0\n"));
      String root = server.url().replace("/metrics", "");
      assertEquals("{\"status\":\"ok\"}", get(client, root + "/healthz").body());
      assertEquals(404, get(client, root + "/other").statusCode());
      assertEquals(
          405,
          client
              .send(
                  HttpRequest.newBuilder(URI.create(server.url()))
                      .POST(HttpRequest.BodyPublishers.ofString("x"))
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .statusCode());
      NodeException e =
          assertThrows(
              NodeException.class,
              () -> MetricsServer.start("127.0.0.1", server.port(), metrics, () -> "ok"));
      assertEquals(NodeError.ADDRESS, e.error());
    }
  }

  private static HttpResponse<String> get(HttpClient client, String url) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
  }
}
