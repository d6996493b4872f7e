package org.weft.tools.process;

import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The commands of {@code docker-compose.yml}, with every variable at its default. It reads the form
 * that the file has: a command is a JSON array on one line, or a block of a shell's.
 */
record ComposeFile(String text) {
  static ComposeFile read(Path file) throws IOException {
    String text = Files.readString(file);
    return new ComposeFile(
        Pattern.compile("\\$\\{\\w+:-([^}]*)}").matcher(text).replaceAll("$1").replace("$$", "$"));
  }

  /** What the container of a service runs. */
  List<String> command(String service, Map<String, String> replacements) throws IOException {
    String line =
        section(service)
            .lines()
            .filter(each -> each.strip().startsWith("command: ["))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no command of " + service));
    String array = replaced(line.substring(line.indexOf('[')), replacements);
    return GatewayCalls.JSON.readValue(array, new TypeReference<List<String>>() {});
  }

  /** The script of a service whose command is one. */
  String script(String service, Map<String, String> replacements) {
    Matcher block =
        Pattern.compile("command:\\n      - \\|\\n((?:        .*\\n)+)").matcher(section(service));
    if (!block.find()) {
      throw new AssertionError("no script of " + service);
    }
    return replaced(block.group(1).stripIndent(), replacements);
  }

  private String section(String service) {
    Matcher section =
        Pattern.compile("(?m)^  " + service + ":\\n((?:    .*\\n|\\n)+)").matcher(text);
    if (!section.find()) {
      throw new AssertionError("no service " + service);
    }
    return section.group(1);
  }

  private static String replaced(String text, Map<String, String> replacements) {
    String result = text;
    for (Map.Entry<String, String> each : replacements.entrySet()) {
      if (!result.contains(each.getKey())) {
        throw new AssertionError("'" + each.getKey() + "' is not in: " + text);
      }
      result = result.replace(each.getKey(), each.getValue());
    }
    return result;
  }
}
