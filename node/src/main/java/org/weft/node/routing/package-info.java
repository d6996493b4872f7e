/** Finds the chain of peers through which a prompt is fastest. */
package org.weft.node.routing;
