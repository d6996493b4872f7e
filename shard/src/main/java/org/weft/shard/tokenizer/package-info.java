/** Text to token ids and back, as a model file's vocabulary, merges, scores and flags say. */
@org.jspecify.annotations.NullMarked
package org.weft.shard.tokenizer;
