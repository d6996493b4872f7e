package org.weft.tools.command;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.weft.node.gateway.SwarmView;
import org.weft.node.generation.GenerationResult;

/** A demo as people read it. */
record DemoText(PrintWriter out) implements DemoReport {
  @Override
  public void ready(String url, String model, SwarmView view) {
    out.println("model  " + view.model() + ", " + view.blocks() + " blocks");
    List<SwarmView.Node> chain = DemoReport.chain(view);
    if (chain.isEmpty()) {
      out.println("chain  every block in this process");
    } else {
      out.println("chain  gateway (embedding, output head)");
      for (SwarmView.Node node : chain) {
        out.printf(
            "         -> blocks %-7s %s at %s%n",
            node.span(), shortened(node.id()), node.addresses().getFirst());
      }
      out.println("         -> gateway");
    }
    out.println("ready " + url);
    out.flush();
  }

  private static String shortened(String nodeId) {
    return nodeId.length() <= 16
        ? nodeId
        : nodeId.substring(0, 8) + "…" + nodeId.substring(nodeId.length() - 6);
  }

  @Override
  public void asked(String prompt) {
    out.println();
    out.println("> " + prompt);
  }

  @Override
  public void piece(String text) {
    out.print(text);
    out.flush();
  }

  @Override
  public void answered(GenerationResult result) {
    out.println();
    out.println();
    out.printf(
        Locale.ROOT,
        "first token after %.0f ms, then %.1f tokens/s (%d tokens)%n",
        result.firstTokenNanos() / 1e6,
        result.tokensPerSecond(),
        result.completionTokens());
    out.flush();
  }

  @Override
  public void goesOn(String url, String model) {
    out.println();
    out.println("Go on, while this runs (Ctrl-C ends it):");
    out.printf(
        "  curl %s/chat/completions -H 'content-type: application/json' -d '{\"model\": \"%s\", \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}'%n",
        url, model);
    out.printf(
        "  python: OpenAI(base_url=\"%s\", api_key=\"none\").chat.completions.create(model=\"%s\", messages=[...])%n",
        url, model);
    out.printf("  ./weft chat --gateway %s%n", url);
    out.printf("  ./weft status --gateway %s%n", url.replaceAll("/v1$", ""));
    out.flush();
  }
}
