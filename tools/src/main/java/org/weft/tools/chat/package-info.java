/** A conversation in a terminal, with a model here or behind a gateway. */
package org.weft.tools.chat;
