package org.weft.tools.command;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.weft.node.directory.JoinDirectory;
import org.weft.tools.user.Json;
import picocli.CommandLine;

/** Tells people, or programs, why a swarm is not joined: nobody else would. */
final class JoinNews {
  private JoinNews() {}

  /** A line on standard error, or an event on standard output, for each. */
  static void tell(CommandLine command, boolean json, JoinDirectory.Join join) {
    if (json) {
      PrintWriter out = command.getOut();
      Map<String, Object> event = new LinkedHashMap<>();
      event.put("event", "join");
      event.put("peer", join.peer().toString());
      event.put("reached", join.reached());
      event.put("error", join.sentence());
      out.println(Json.line(event));
    } else if (join.reached()) {
      command.getErr().println("joined through " + join.peer());
    } else {
      command
          .getErr()
          .println("not joined through " + join.peer() + ", tried again: " + join.sentence());
    }
  }
}
