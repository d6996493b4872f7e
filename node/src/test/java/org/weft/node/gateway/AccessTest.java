package org.weft.node.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.shard.model.Span;

final class AccessTest {
  @Test
  void shouldAskForAnApiKeyWhereOneIsSet() {
    try (Served served = new Served(config -> config.withApiKeys(List.of("sk-one", "sk-two")))) {
      served.fake.says("x");
      for (String header : List.of("", "Bearer sk-three", "Bearer", "Basic sk-one", "sk-one")) {
        Served.Answer answer =
            header.isEmpty()
                ? served.get("/v1/models")
                : served.get("/v1/models", "Authorization", header);
        assertEquals(401, answer.status(), header);
        assertEquals("invalid_api_key", answer.json().at("/error/code").textValue());
        assertTrue(answer.header("www-authenticate").startsWith("Bearer"));
      }
      assertEquals(401, served.post(Served.CHAT, served.chat()).status());
      assertEquals(401, served.get("/weft/status").status());
      assertEquals(200, served.get("/v1/models", "Authorization", "Bearer sk-two").status());
      assertEquals(200, served.get("/v1/models", "Authorization", "bearer  sk-one ").status());
      assertEquals(200, served.get("/healthz").status());
      assertEquals(200, served.get("/metrics").status());
      assertEquals(0, served.fake.opened());
    }
  }

  @Test
  void shouldLetPagesOfAllowedOriginsAsk() {
    try (Served served =
        new Served(config ->
            config
                .withApiKeys(List.of("sk-one"))
                .withCorsOrigins(List.of("https://chat.example")))) {
      Served.Answer preflight =
          served.send(
              "OPTIONS",
              Served.CHAT,
              new byte[0],
              "Origin",
              "https://chat.example",
              "Access-Control-Request-Method",
              "POST",
              "Access-Control-Request-Headers",
              "authorization,content-type,x-stainless-lang");
      assertEquals(204, preflight.status());
      assertEquals("https://chat.example", preflight.header("access-control-allow-origin"));
      assertTrue(preflight.header("access-control-allow-headers").contains("x-stainless-lang"));
      assertTrue(preflight.header("access-control-allow-methods").contains("POST"));
      Served.Answer answer = served.get("/v1/models", "Origin", "https://chat.example");
      assertEquals(401, answer.status());
      assertEquals("https://chat.example", answer.header("access-control-allow-origin"));
      Served.Answer other =
          served.send(
              "OPTIONS",
              Served.CHAT,
              new byte[0],
              "Origin",
              "https://evil.example",
              "Access-Control-Request-Method",
              "POST");
      assertEquals(405, other.status());
      assertEquals("", other.header("access-control-allow-origin"));
    }
    try (Served served = new Served(config -> config.withCorsOrigins(List.of("*")))) {
      assertEquals(
          "*",
          served
              .get("/v1/models", "Origin", "https://any.example")
              .header("access-control-allow-origin"));
    }
    try (Served served = new Served()) {
      assertEquals(
          "",
          served
              .get("/v1/models", "Origin", "https://any.example")
              .header("access-control-allow-origin"));
    }
  }

  @Test
  void shouldDescribeTheModelTheSwarmAndItself() {
    try (Served served = new Served()) {
      JsonNode models = served.get("/v1/models").json();
      assertEquals("list", models.get("object").textValue());
      assertEquals(
          "{\"id\":\"fake\",\"object\":\"model\",\"created\":1800000000,\"owned_by\":\"weft\"}",
          models.at("/data/0").toString());
      assertEquals(models.at("/data/0"), served.get("/v1/models/fake").json());
      assertEquals(models.at("/data/0"), served.get("/v1/models/%66ake").json());
      JsonNode health = served.get("/healthz").json();
      assertEquals("ok", health.get("status").textValue());
      assertTrue(health.get("chain").booleanValue());
      JsonNode status = served.get("/weft/status").json();
      assertEquals(
          "{\"id\":\"n1\",\"span\":[0,2],\"addresses\":[\"127.0.0.1:1\"],\"metrics\":\"http://127.0.0.1:2/metrics\",\"status\":\"serving\"}",
          status.at("/nodes/0").toString());
      assertEquals(2, status.get("nodes").size());
      Served.Answer page = served.get("/");
      assertEquals(200, page.status());
      assertTrue(page.header("content-type").startsWith("text/html"));
      assertTrue(page.header("x-request-id").startsWith("req_"));
      Served.Answer metrics = served.get("/metrics");
      assertTrue(metrics.header("content-type").startsWith("text/plain; version=0.0.4"));
      for (String name :
          List.of(
              "weft_kv_pages_used ",
              "weft_kv_pages_total ",
              "weft_tokens_generated_total ",
              "weft_requests_total{",
              "weft_first_token_seconds_bucket{",
              "jvm_memory_used_bytes{")) {
        assertTrue(metrics.text().contains("\n" + name), name + " in\n" + metrics.text());
      }
    }
  }

  @Test
  void shouldSayInOneSentenceThatAPortIsInUse() throws Exception {
    try (Served served = new Served();
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      NodeException e =
          assertThrows(
              NodeException.class,
              () ->
                  Gateway.start(
                      GatewayConfig.loopback(taken.getLocalPort()),
                      served.loop,
                      served.metrics,
                      () -> new SwarmView("", "", 0, true, List.of())));
      assertEquals(NodeError.ADDRESS, e.error());
      assertTrue(sentence(e).contains(Integer.toString(taken.getLocalPort())), sentence(e));
      assertTrue(!sentence(e).contains("Exception"), sentence(e));
    }
  }

  @Test
  void shouldKnowWhetherEveryBlockIsServed() {
    SwarmView.Node head =
        new SwarmView.Node("a", new Span(0, 3), List.of(), Optional.empty(), "serving");
    SwarmView.Node tail =
        new SwarmView.Node("b", new Span(2, 5), List.of(), Optional.empty(), "serving");
    assertTrue(new SwarmView("m", "", 5, false, List.of(tail, head)).complete());
    assertTrue(!new SwarmView("m", "", 6, false, List.of(tail, head)).complete());
    assertTrue(!new SwarmView("m", "", 5, false, List.of(tail)).complete());
    assertTrue(!new SwarmView("m", "", 5, false, List.of()).complete(), "nobody has joined");
    assertTrue(new SwarmView("m", "", 5, true, List.of()).complete(), "blocks run in this process");
  }

  private static String sentence(NodeException e) {
    return String.valueOf(e.getMessage());
  }
}
