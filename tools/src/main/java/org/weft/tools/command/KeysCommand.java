package org.weft.tools.command;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.NodeKey;
import org.weft.node.NodeException;
import org.weft.node.ticket.PeerAddress;
import org.weft.tools.local.WeftHome;
import org.weft.tools.user.Json;
import org.weft.tools.user.UsageException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft keys}: this machine's identity. */
@Command(
    name = "keys",
    description = "Shows this machine's identity, and makes it the first time.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  weft keys                          print the node id, which others join you by",
      "  weft keys --json                   the same, for programs",
      "  weft keys --address host:7407      how others join this node",
      "  WEFT_HOME=/srv/weft weft keys      an identity kept elsewhere"
    })
public final class KeysCommand implements Callable<Integer> {
  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "The key file (default: node.key under $$WEFT_HOME).")
  private Path keyFile = WeftHome.ofEnvironment().keyFile();

  @Option(
      names = "--address",
      paramLabel = "HOST:PORT",
      description = "Print only NODEID@HOST:PORT, which others give to --join.")
  private @Nullable String address;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (address != null) {
      requireAddress(address);
    }
    boolean existed = Files.exists(keyFile);
    NodeKey key = NodeKey.loadOrCreate(keyFile, new SecureRandom());
    PrintWriter out = spec.commandLine().getOut();
    if (address != null) {
      out.println(PeerAddress.parse(key.id() + "@" + address));
    } else if (json) {
      Map<String, Object> said = new LinkedHashMap<>();
      said.put("id", key.id().toString());
      said.put("file", keyFile.toAbsolutePath().toString());
      said.put("created", !existed);
      out.println(Json.line(said));
    } else {
      out.println("node id   " + key.id());
      out.println("key file  " + keyFile.toAbsolutePath() + (existed ? "" : " (made just now)"));
    }
    return 0;
  }

  /** Wrong usage makes no key. */
  private static void requireAddress(String text) {
    try {
      var unused = PeerAddress.HostPort.parse(text);
    } catch (NodeException wrong) {
      throw new UsageException("--address: " + wrong.getMessage());
    }
  }
}
