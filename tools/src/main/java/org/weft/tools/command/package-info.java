/** The commands of {@code weft}, a class each, and the options that they share. */
package org.weft.tools.command;
