package org.weft.shard.template;

import java.util.LinkedHashMap;
import java.util.Map;

/** The one thing a template may change: {@code namespace(...)}. One rendering's. */
record NamespaceValue(Map<String, Object> fields) {
  NamespaceValue() {
    this(new LinkedHashMap<>());
  }
}
