/** A model's name by content: the manifest of what its arithmetic depends on, and its cache. */
package org.weft.shard.manifest;
