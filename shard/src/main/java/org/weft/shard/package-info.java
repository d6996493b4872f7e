/** What every part of the module shares: its exception and error codes. */
package org.weft.shard;
