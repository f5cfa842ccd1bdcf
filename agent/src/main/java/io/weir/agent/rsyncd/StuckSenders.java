package io.weir.agent.rsyncd;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends calls of an rsync daemon that wait in open(2) of a fifo. What was a file when it was listed is one by the time it is
 * sent, rsync opens it without {@code O_NONBLOCK}, and nobody ever opens the other end (fifo(7)). The client gives up after
 * its patience; the daemon's process would stay for ever, and with it one of its {@code max connections}. Confined to the
 * supervisor's thread.
 */
final class StuckSenders {
    private static final Logger log = LoggerFactory.getLogger(StuckSenders.class);

    /** Where the kernel says that such a process waits, in {@code /proc/PID/wchan} (proc(5)). */
    private static final String FIFO_OPEN = "wait_for_partner";

    private final long patienceNanos;
    private final LongSupplier nanos;
    private final Map<Long, Long> since = new HashMap<>();

    /** Ends what waits for so long. */
    StuckSenders(Duration patience, LongSupplier nanos) {
        this.patienceNanos = patience.toNanos();
        this.nanos = nanos;
    }

    /** Looks at everything that daemons have started. */
    void check(Stream<ProcessHandle> senders) {
        Set<ProcessHandle> waiting = senders.filter(each -> waits(each.pid())).collect(Collectors.toSet());
        since.keySet().retainAll(waiting.stream().map(ProcessHandle::pid).collect(Collectors.toSet()));
        long now = nanos.getAsLong();
        for (ProcessHandle each : waiting) {
            if (now - since.computeIfAbsent(each.pid(), pid -> now) >= patienceNanos) {
                log.warn(
                        "an rsync call waits for a file that has become a fifo and is ended; its replica asks again:"
                                + " pid={}",
                        each.pid());
                each.destroyForcibly();
            }
        }
    }

    private static boolean waits(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "wchan"), StandardCharsets.US_ASCII)
                    .startsWith(FIFO_OPEN);
        } catch (IOException e) {
            log.debug("cannot see what an rsync call waits for: pid={} cause={}", pid, e.getMessage());
            return false;
        }
    }
}
