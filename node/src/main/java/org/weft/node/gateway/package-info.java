/** The OpenAI-compatible HTTP face of a swarm. */
@org.jspecify.annotations.NullMarked
package org.weft.node.gateway;
