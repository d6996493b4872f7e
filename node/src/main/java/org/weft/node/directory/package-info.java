/** Who is in the swarm: signed records of peers, spread, checked and forgotten in time. */
package org.weft.node.directory;
