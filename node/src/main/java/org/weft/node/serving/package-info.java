/**
 * The hop's side of sessions: who may open, what waits, what is computed together, what is freed.
 */
package org.weft.node.serving;
