/**
 * Chat templates: Jinja, as far as Hugging Face's templates use it, with bounded time and memory.
 */
@org.jspecify.annotations.NullMarked
package org.weft.shard.template;
