package org.weft.tools.command;

import java.util.Comparator;
import java.util.List;
import org.weft.node.gateway.SwarmView;
import org.weft.node.generation.GenerationResult;

/** What a demo tells on standard output as it goes on. */
sealed interface DemoReport permits DemoText, DemoJson {
  /**
   * Requests can be served.
   *
   * @param url the base address for SDKs
   * @param model as clients call it
   */
  void ready(String url, String model, SwarmView view);

  void asked(String prompt);

  void piece(String text);

  void answered(GenerationResult result);

  /** It goes on serving. */
  void goesOn(String url, String model);

  /** The block servers in the order of their blocks. */
  static List<SwarmView.Node> chain(SwarmView view) {
    return view.nodes().stream().sorted(Comparator.comparing(node -> node.span().start())).toList();
  }
}
