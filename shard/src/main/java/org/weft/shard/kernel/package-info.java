/** Canonical arithmetic: packed weights, products, norms, attention, each with a scalar twin. */
package org.weft.shard.kernel;
