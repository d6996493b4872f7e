package org.weft.shard.template;

import java.util.List;

/** What is assigned to. */
sealed interface Target {
  record Name(String name) implements Target {}

  record Tuple(List<Target> targets) implements Target {}

  record Field(String namespace, String field, int line) implements Target {}
}
