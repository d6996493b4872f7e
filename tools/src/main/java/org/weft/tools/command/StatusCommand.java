package org.weft.tools.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.weft.tools.chat.GatewayClient;
import org.weft.tools.user.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft status}: who serves what, as a gateway sees it. */
@Command(
    name = "status",
    description = "Shows the swarm behind a gateway: who serves which blocks.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {"  weft status", "  weft status --gateway http://127.0.0.1:8080 --json"})
public final class StatusCommand implements Callable<Integer> {
  @Option(
      names = "--gateway",
      paramLabel = "URL",
      description = "The gateway (default: ${DEFAULT-VALUE}).",
      defaultValue = "http://127.0.0.1:8080")
  private String gateway = "";

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description = "The gateway's API key (default: $$WEFT_API_KEY).",
      defaultValue = "${WEFT_API_KEY}")
  private @Nullable String apiKey;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    JsonNode status = new GatewayClient(gateway, apiKey).get("/weft/status");
    if (json) {
      out.println(Json.pretty(status));
      return 0;
    }
    out.println("gateway  " + gateway);
    out.println(
        "model    "
            + status.path("model").asText()
            + ", "
            + status.path("blocks").asInt()
            + " blocks");
    JsonNode nodes = status.path("nodes");
    if (nodes.isEmpty()) {
      out.println(
          status.path("local").asBoolean()
              ? "nodes    none: the gateway runs every block itself"
              : "nodes    none: no block server has joined yet");
      return 0;
    }
    out.println();
    out.printf("%-10s %-10s %-54s %s%n", "blocks", "status", "node", "address");
    for (JsonNode node : nodes) {
      JsonNode span = node.path("span");
      out.printf(
          "%-10s %-10s %-54s %s%n",
          span.path(0).asInt() + ":" + span.path(1).asInt(),
          node.path("status").asText(),
          node.path("id").asText(),
          node.path("addresses").path(0).asText("-"));
    }
    return 0;
  }
}
