package io.weir.agent.watch;

/** Receives what a watch captured. Called by one thread, and must not block: behind it the kernel's queue fills. */
public interface CaptureSink {
    /** Takes one path that may have changed. */
    void captured(Captured captured);

    /**
     * Says that everything that happened before a marker was set was captured, or is part of what was told to have been missed.
     *
     * @param marker as in {@link InotifyCapture#mark}
     * @param atMicros when that was known, microseconds since 1970 by the agent's clock
     */
    void reached(String marker, long atMicros);

    /**
     * Says that the watch has ended for good: the root was unmounted, moved or deleted, or cannot be watched any more.
     * Nothing seen below the root from now on may be trusted. Called at most once.
     *
     * @param reason why and what to do, for people
     */
    void sourceLost(String reason);
}
