/** What every package of the module shares: its error codes, and how they map to wire codes. */
package org.weft.node;
