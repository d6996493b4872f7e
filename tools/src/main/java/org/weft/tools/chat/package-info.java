/** A conversation in a terminal. */
package org.weft.tools.chat;
