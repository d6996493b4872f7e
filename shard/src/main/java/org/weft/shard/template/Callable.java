package org.weft.shard.template;

/** Something that a template can call: a method, a global, a macro, a recursive loop. */
@FunctionalInterface
interface Callable {
  Object call(Arguments arguments);
}
