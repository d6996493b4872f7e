package org.weft.tools;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.weft.crypto.CryptoException;
import org.weft.node.NodeException;
import org.weft.protocol.ProtocolException;
import org.weft.shard.ShardException;
import org.weft.tools.command.BenchCommand;
import org.weft.tools.command.ChatCommand;
import org.weft.tools.command.DemoCommand;
import org.weft.tools.command.GatewayCommand;
import org.weft.tools.command.GenerateCommand;
import org.weft.tools.command.InspectCommand;
import org.weft.tools.command.KeysCommand;
import org.weft.tools.command.ScoreCommand;
import org.weft.tools.command.ServeCommand;
import org.weft.tools.command.StatusCommand;
import org.weft.tools.command.TemplateCommand;
import org.weft.tools.command.TokenizeCommand;
import org.weft.tools.user.UsageException;
import org.weft.tools.user.UserException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;

/**
 * The program {@code weft}: parses the command line, runs a command, and turns its end into an exit
 * status.
 */
@Command(
    name = "weft",
    description = "Many small machines, one large language model.",
    mixinStandardHelpOptions = true,
    versionProvider = Weft.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  weft demo                          see it work on this machine, with the model that ships",
      "  weft demo --model FILE \"Hello\"     the same with a model of yours",
      "  weft chat --model FILE             talk to a model in this process",
      "  weft COMMAND --help                options and examples of one command"
    },
    subcommands = {
      DemoCommand.class,
      ServeCommand.class,
      GatewayCommand.class,
      GenerateCommand.class,
      ChatCommand.class,
      ScoreCommand.class,
      TokenizeCommand.class,
      TemplateCommand.class,
      StatusCommand.class,
      InspectCommand.class,
      BenchCommand.class,
      KeysCommand.class
    })
public final class Weft {
  /** Exit statuses: success, a failure, wrong usage. */
  static final int OK = 0;

  static final int FAILED = 1;
  static final int USAGE = 2;

  public static void main(String[] args) {
    StandardError.restore();
    SecurityProviders.keepTheCore();
    Silence.libraries();
    StandardOutput.install();
    System.exit(run(args));
  }

  private static int run(String[] args) {
    CommandLine command = commandLine();
    try {
      int status = command.execute(args);
      System.out.flush();
      return status;
    } catch (StandardOutput.ClosedException | UncheckedIOException unwritten) {
      return failed(unwritten, command); // the last line
    }
  }

  static CommandLine commandLine() {
    return new CommandLine(new Weft())
        .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8))
        .setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setExpandAtFiles(false) // a prompt may begin with @
        .setExecutionStrategy(Weft::execute)
        .setParameterExceptionHandler(Weft::wrongUsage)
        .setExecutionExceptionHandler((failure, command, parsed) -> failed(failure, command));
  }

  /** Help and versions are printed outside of any command, where failures are not handled. */
  private static int execute(CommandLine.ParseResult parsed) {
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (StandardOutput.ClosedException | UncheckedIOException unwritten) {
      return failed(unwritten, parsed.commandSpec().commandLine());
    }
  }

  private static int wrongUsage(ParameterException wrong, String[] args) {
    CommandLine command = wrong.getCommandLine();
    command.getErr().println("weft: " + firstLine(wrong.getMessage()));
    CommandLine.UnmatchedArgumentException.printSuggestions(wrong, command.getErr());
    return tryHelp(command);
  }

  private static int tryHelp(CommandLine command) {
    command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return USAGE;
  }

  /**
   * One sentence for what a user can do something about; the rest is ours, and says how to see
   * more.
   */
  private static int failed(Exception failure, CommandLine command) {
    if (failure instanceof StandardOutput.ClosedException) {
      return FAILED; // whoever closed it knows
    }
    PrintWriter err = command.getErr();
    if (System.getenv("WEFT_DEBUG") != null) {
      failure.printStackTrace(err);
    }
    err.println("weft: " + sentence(failure));
    return failure instanceof UsageException ? tryHelp(command) : FAILED;
  }

  private static String sentence(Exception failure) {
    return switch (failure) {
      case UserException user -> firstLine(user.getMessage());
      case UsageException usage -> firstLine(usage.getMessage());
      case ShardException shard -> firstLine(shard.getMessage());
      case NodeException node -> firstLine(node.getMessage());
      case CryptoException crypto -> firstLine(crypto.getMessage());
      case ProtocolException protocol -> firstLine(protocol.getMessage());
      case UncheckedIOException io -> "input or output failed: " + firstLine(io.getMessage());
      default ->
          "something went wrong inside Weft; run it again with WEFT_DEBUG=1 in the environment and tell us what it prints";
    };
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "no reason is known" : message.lines().findFirst().orElse("").strip();
  }

  /** Version of the program and of what it runs on. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Weft.class.getPackage().getImplementationVersion();
      return new String[] {
        "weft " + (version == null ? "0.1.0-SNAPSHOT" : version), "Java " + Runtime.version()
      };
    }
  }
}
