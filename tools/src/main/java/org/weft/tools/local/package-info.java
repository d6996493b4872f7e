/** Nodes put together from their parts, in this process and in others on this machine. */
package org.weft.tools.local;
