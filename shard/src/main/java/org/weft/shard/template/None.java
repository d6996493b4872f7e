package org.weft.shard.template;

/** Python's None, so that null can mean "not given" in this package. */
enum None {
  NONE
}
