package io.weir.agent.scan;

import io.weir.service.Setting;
import io.weir.service.SettingsNode;
import java.time.Duration;
import java.util.List;

/**
 * How an agent looks for what no event told.
 *
 * @param threads directories looked at at a time
 * @param scanRate entries per second of a catch-up; 0 for no bound
 * @param sweepInterval time between two sweeps; zero for none
 * @param sweepSoon how soon a sweep follows a reason for one
 * @param sweepRate entries per second of a sweep; 0 for no bound
 * @param bootTail how much of the history is published again after the machine was started
 */
public record ScanSettings(
        int threads, int scanRate, Duration sweepInterval, Duration sweepSoon, int sweepRate, Duration bootTail) {
    /** Threads of a scan. */
    public static final Setting<Integer> THREADS = Setting.count(
                    "scan.threads", 4, "Directories that a scan of a source looks at at a time.")
            .check(count -> count >= 1 && count <= 64, "must be 1 to 64");

    /** The bound of a catch-up. */
    public static final Setting<Integer> SCAN_RATE = Setting.count(
            "scan.max.rate",
            0,
            "Files and directories per second that a scan after a start or an overflow looks at; 0 for as many as can"
                    + " be. A slower scan finds later what changed while the agent was away.");

    /** How often to sweep. */
    public static final Setting<Duration> SWEEP_INTERVAL = Setting.duration(
            "sweep.interval",
            Duration.ofHours(1),
            "Time between two sweeps: scans for what no event told, such as NFSv3 writes by file handle. 0 for none.");

    /** How soon to sweep when there is a reason. */
    public static final Setting<Duration> SWEEP_SOON = Setting.duration(
            "sweep.soon",
            Duration.ofMinutes(1),
            "How soon a sweep follows when there is a reason for one: a directory was published as a whole, so its names"
                    + " are to be learned; or a name was made, written to and gone before it was looked at, so it may"
                    + " have been another name of a file that is still there. Sweeps never take more than a twentieth"
                    + " of the time.");

    /** The bound of a sweep. */
    public static final Setting<Integer> SWEEP_RATE = Setting.count(
            "sweep.max.rate",
            50_000,
            "Files and directories per second that a sweep looks at; 0 for as many as can be.");

    /** How much history to repeat after a boot. */
    public static final Setting<Duration> BOOT_TAIL = Setting.duration(
            "boot.tail",
            Duration.ofMinutes(10),
            "How much of the history before a restart of the machine is published again after it: a power cut may have"
                    + " put old content back that no time stamp tells. 0 to rescan the whole source then.");

    /** All settings of this record, for the reference. */
    public static final List<Setting<?>> SETTINGS =
            List.of(THREADS, SCAN_RATE, SWEEP_INTERVAL, SWEEP_SOON, SWEEP_RATE, BOOT_TAIL);

    /** The defaults. */
    public static ScanSettings defaults() {
        return new ScanSettings(
                THREADS.fallback(),
                SCAN_RATE.fallback(),
                SWEEP_INTERVAL.fallback(),
                SWEEP_SOON.fallback(),
                SWEEP_RATE.fallback(),
                BOOT_TAIL.fallback());
    }

    /** Reads them from the agent's section. What is wrong is noted there. */
    public static ScanSettings read(SettingsNode node) {
        return new ScanSettings(
                node.get(THREADS),
                node.get(SCAN_RATE),
                node.get(SWEEP_INTERVAL),
                node.get(SWEEP_SOON),
                node.get(SWEEP_RATE),
                node.get(BOOT_TAIL));
    }
}
