package io.weir.applier.consume;

import io.weir.service.CronSchedule;
import java.time.ZoneId;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Baselines by the clock, of which none waits behind another one. Guarded by the lock of {@link Replication}. */
final class ScheduledBaselines {
    private static final Logger log = LoggerFactory.getLogger(ScheduledBaselines.class);

    private final Reports reports;
    private final Clocks clocks;
    private final Map<String, DueTimes> due = new TreeMap<>();
    private final Map<String, CronSchedule> schedules = new TreeMap<>();

    ScheduledBaselines(Reports reports, Clocks clocks) {
        this.reports = reports;
        this.clocks = clocks;
    }

    /** Makes one of a source at these times from here on. */
    void plan(String source, CronSchedule schedule, ZoneId zone) {
        schedules.put(source, schedule);
        due.put(source, new DueTimes(schedule, zone));
    }

    /** Begins what is due. */
    void tick(Map<String, SourceState> sources) {
        due.forEach((name, times) -> {
            SourceState source = sources.get(name);
            if (source == null || !times.isDue(clocks.now(), () -> false)) {
                return;
            }
            String obstacle = obstacle(source);
            if (obstacle.isEmpty()) {
                String reason = "by baseline.schedule, " + schedules.get(name);
                log.info("scheduled baseline: source={} schedule=\"{}\"", name, schedules.get(name));
                source.begin(Entry.whole(Span.baseline(source.number()), clocks.now(), reason));
            } else {
                log.warn("scheduled baseline skipped: source={} cause={}", name, obstacle);
                reports.scheduled(name, "the scheduled baseline was skipped: " + obstacle);
            }
        });
    }

    private static String obstacle(SourceState source) {
        String underWay = source.backlog().baseline();
        if (source.pause().isOn()) {
            return "the replica is " + source.pause().reason();
        }
        if (underWay != null || source.isBaselineOpen()) {
            return "one is not done" + (underWay == null ? "" : ": " + underWay);
        }
        return "";
    }
}
