/** From a prompt to tokens and text: prefill, sampling, stopping, log-probabilities, cancelling. */
@org.jspecify.annotations.NullMarked
package org.weft.node.generation;
