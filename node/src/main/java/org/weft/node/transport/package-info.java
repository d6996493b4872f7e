/** How nodes talk: streams and calls between proven peers, and gRPC over mutual TLS beneath. */
package org.weft.node.transport;
