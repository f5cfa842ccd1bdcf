package io.weir.agent.watch;

/**
 * Sizes of the watch.
 *
 * @param buffers how many buffers go round between reader and tree thread
 * @param bufferBytes size of one; 64 KiB hold some 2,000 events
 * @param pairWaitMillis how long the kernel's queue must have been empty before the half of a rename counts as alone
 * @param pairDistance after how many later events it counts as alone while the queue never gets empty
 */
record WatchSettings(int buffers, int bufferBytes, int pairWaitMillis, int pairDistance) {
    static final WatchSettings DEFAULTS = new WatchSettings(128, 64 * 1024, 10, 16_384);
}
