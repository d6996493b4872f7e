/**
 * The model as it computes: its checked numbers, blocks, keys and values, batches, embedding and
 * output head.
 */
package org.weft.shard.model;
