package org.weft.node.gateway;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Supplier;
import org.weft.node.generation.LanguageModel;
import org.weft.node.metrics.MetricsServer;
import org.weft.node.metrics.NodeMetrics;

/** {@code /healthz}, {@code /metrics}, {@code /weft/status} and the page at {@code /}. */
final class StatusHandler {
  private static final String PAGE =
      """
      <!doctype html>
      <html lang="en">
      <head><meta charset="utf-8"><title>Weft</title></head>
      <body>
      <h1>Weft</h1>
      <p>This is the gateway of a Weft swarm. It serves the model <code>%s</code> by OpenAI's API:
      point any client at <code>/v1</code> of this address.</p>
      <ul>
      <li><a href="/v1/models">/v1/models</a></li>
      <li><a href="/weft/status">/weft/status</a>: who serves which blocks</li>
      <li><a href="/healthz">/healthz</a>, <a href="/metrics">/metrics</a></li>
      </ul>
      </body>
      </html>
      """;

  private final LanguageModel model;
  private final NodeMetrics metrics;
  private final Admission admission;
  private final Supplier<SwarmView> swarm;

  StatusHandler(
      LanguageModel model, NodeMetrics metrics, Admission admission, Supplier<SwarmView> swarm) {
    this.model = model;
    this.metrics = metrics;
    this.admission = admission;
    this.swarm = swarm;
  }

  /** 200 as long as the gateway can answer; whether blocks are missing stands beside it. */
  void health(Exchange exchange) {
    exchange.json(
        200,
        Json.object()
            .put("status", "ok")
            .put("model", model.name())
            .put("chain", swarm.get().complete()));
  }

  void metrics(Exchange exchange) {
    exchange.send(200, MetricsServer.CONTENT_TYPE, metrics.scrape());
  }

  void page(Exchange exchange) {
    String name = model.name().replace("&", "&amp;").replace("<", "&lt;");
    exchange.send(200, "text/html; charset=utf-8", PAGE.formatted(name));
  }

  void status(Exchange exchange) {
    SwarmView view = swarm.get();
    ObjectNode body =
        Json.object()
            .put("model", view.model())
            .put("model_id", view.modelId())
            .put("blocks", view.blocks())
            .put("local", view.local())
            .put("complete", view.complete())
            .put("active", admission.active())
            .put("queued", admission.queued());
    ArrayNode nodes = body.putArray("nodes");
    for (SwarmView.Node node : view.nodes()) {
      ObjectNode entry = nodes.addObject().put("id", node.id());
      entry.putArray("span").add(node.span().start()).add(node.span().end());
      ArrayNode addresses = entry.putArray("addresses");
      node.addresses().forEach(addresses::add);
      entry.put("metrics", node.metrics().orElse(null)).put("status", node.status());
    }
    exchange.json(200, body);
  }
}
