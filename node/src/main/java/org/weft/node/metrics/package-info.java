/** What a node measures of itself, and the small HTTP listener that tells it to Prometheus. */
@org.jspecify.annotations.NullMarked
package org.weft.node.metrics;
