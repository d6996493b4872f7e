/** Choosing tokens from logits: reproducible on any machine from seed, choice and position. */
package org.weft.shard.sampling;
