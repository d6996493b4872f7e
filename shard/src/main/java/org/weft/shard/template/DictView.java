package org.weft.shard.template;

import java.util.List;

/** What keys(), values() and items() of a dict give. */
record DictView(Kind kind, DictValue dict) {
  enum Kind {
    KEYS,
    VALUES,
    ITEMS
  }

  List<Object> items() {
    return switch (kind) {
      case KEYS -> dict.keys();
      case VALUES -> dict.values();
      case ITEMS -> dict.pairs();
    };
  }

  String typeName() {
    return switch (kind) {
      case KEYS -> "dict_keys";
      case VALUES -> "dict_values";
      case ITEMS -> "dict_items";
    };
  }
}
