/** Model files in GGUF, mapped and checked: metadata, tensors and where their bytes stand. */
package org.weft.shard.gguf;
