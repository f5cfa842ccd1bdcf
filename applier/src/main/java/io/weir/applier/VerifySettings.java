package io.weir.applier;

import io.weir.applier.consume.VerifyPlan;
import io.weir.schemas.VerifyLevel;
import io.weir.schemas.VerifyOrder;
import io.weir.service.Setting;
import io.weir.service.SettingsNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Reads how a replica is compared with its source. */
final class VerifySettings {
    static final Setting<Optional<String>> SCHEDULE = Setting.optionalText(
            "verify.schedule",
            "When the replica is compared with the source by itself: five fields as in crontab(5), local time, such as"
                    + " `30 2 * * 0`; empty for never. The result is in `weir tail` and in the metrics"
                    + " `weir.applier.verify.*`; nothing is repaired.");
    static final Setting<Level> LEVEL = Setting.choice(
            "verify.level",
            Level.METADATA,
            "How closely then: what a listing tells; the content of `verify.sample` of the files as well; or that of"
                    + " all.");
    static final Setting<Integer> SAMPLE = Setting.count(
                    "verify.sample", 1, "Of how many files in a hundred the content is compared; others each time.")
            .check(percent -> percent >= 1 && percent <= 100, "must be from 1 to 100");
    static final Setting<Long> BWLIMIT = Setting.size(
            "verify.bwlimit",
            0,
            "Bytes per second that are read to compare contents, on either side and on the average; 0 for no limit.");
    static final Setting<Duration> SETTLE = Setting.duration(
            "verify.settle",
            VerifyPlan.DEFAULTS.settle(),
            "How long what differs is watched between the two looks of a verification, and after the second one:"
                    + " longer than the aggregator's `settle` and `temp.grace`. What changes meanwhile is in flight and no"
                    + " drift.");

    static final List<Setting<?>> SETTINGS = List.of(SCHEDULE, LEVEL, SAMPLE, BWLIMIT, SETTLE);

    private VerifySettings() {}

    /** The words of the setting {@code verify.level}. */
    enum Level {
        METADATA,
        SAMPLE,
        CHECKSUM
    }

    /** Reads one entry of the list {@code sources}; problems go into the node. */
    static VerifyPlan read(SettingsNode node) {
        VerifyOrder order = VerifyOrder.newBuilder()
                .setLevel(VerifyLevel.valueOf(node.get(LEVEL).name()))
                .setSamplePercent(node.get(SAMPLE))
                .setBytesPerSecond(node.get(BWLIMIT))
                .build();
        return new VerifyPlan(Schedules.read(node, SCHEDULE), order, node.get(SETTLE));
    }
}
