/** Measurements of whole generations. */
package org.weft.tools.bench;
