package org.weft.node.routing;

/** What a search for a chain found. */
public sealed interface RouteSearch {
  /**
   * A chain.
   *
   * @param nanos what one decoded row is expected to take, penalties included
   */
  record Found(Route route, long nanos) implements RouteSearch {}

  /**
   * No chain.
   *
   * @param block the first block that no chain reaches
   * @param sentence for people
   */
  record NoRoute(int block, String sentence) implements RouteSearch {}
}
