package org.weft.shard.template;

import org.jspecify.annotations.Nullable;

/** A value of the interpreter's own with attributes. */
interface AttributeSource {
  /** The attribute; null if there is none. */
  @Nullable Object attribute(String name);

  /** Python's name for the type. */
  String typeName();
}
