/** The program {@code weft}: its command line, exit statuses and streams. */
package org.weft.tools;
