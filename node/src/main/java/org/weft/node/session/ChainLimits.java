package org.weft.node.session;

/**
 * The numbers that a chain's state goes by.
 *
 * @param maxLength positions of the session
 * @param chunkRows rows of a step
 * @param maxInFlight steps without an answer, at most
 * @param openNanos without progress, after which an opening chain is probed
 * @param stepNanos without progress, after which a running chain is probed
 * @param maxStalls probes that find the chain alive but no further than before
 * @param maxProbes probes for one answer, whatever they find
 */
record ChainLimits(
    int maxLength,
    int chunkRows,
    int maxInFlight,
    long openNanos,
    long stepNanos,
    int maxStalls,
    int maxProbes) {}
