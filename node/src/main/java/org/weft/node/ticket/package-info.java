/** What is believed of others: network and session ids, addresses, checked records and tickets. */
package org.weft.node.ticket;
