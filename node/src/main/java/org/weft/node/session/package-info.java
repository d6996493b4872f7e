/** The gateway's side of a session: rows through every block, here or over a chain. */
package org.weft.node.session;
