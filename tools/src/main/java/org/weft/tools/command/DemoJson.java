package org.weft.tools.command;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.weft.node.gateway.SwarmView;
import org.weft.node.generation.GenerationResult;
import org.weft.tools.user.Json;

/** A demo for programs: one object a line when it is ready, and one for the answer. */
final class DemoJson implements DemoReport {
  private final PrintWriter out;
  private final StringBuilder answer = new StringBuilder();
  private String prompt = "";

  DemoJson(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void ready(String url, String model, SwarmView view) {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("event", "ready");
    event.put("url", url);
    event.put("model", model);
    event.put("blocks", view.blocks());
    event.put("chain", DemoReport.chain(view).stream().map(DemoJson::hop).toList());
    tell(event);
  }

  private static Map<String, Object> hop(SwarmView.Node node) {
    Map<String, Object> hop = new LinkedHashMap<>();
    hop.put("span", List.of(node.span().start(), node.span().end()));
    hop.put("id", node.id());
    hop.put("address", node.addresses().getFirst());
    return hop;
  }

  @Override
  public void asked(String text) {
    prompt = text;
  }

  @Override
  public void piece(String text) {
    answer.append(text);
  }

  @Override
  public void answered(GenerationResult result) {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("event", "answer");
    event.put("prompt", prompt);
    event.put("text", answer.toString());
    event.put("finish_reason", result.finish().name().toLowerCase(Locale.ROOT));
    event.put("prompt_tokens", result.promptTokens());
    event.put("completion_tokens", result.completionTokens());
    event.put("first_token_seconds", result.firstTokenNanos() / 1e9);
    event.put("tokens_per_second", result.tokensPerSecond());
    tell(event);
  }

  @Override
  public void goesOn(String url, String model) {}

  private void tell(Map<String, Object> event) {
    out.println(Json.line(event));
    out.flush();
  }
}
