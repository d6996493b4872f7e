/** How Weft speaks with who runs it: sentences for what failed, and JSON. Known to all packages. */
package org.weft.tools.user;
