package io.weir.cli;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.service.Loop;
import io.weir.service.SettingsText;
import io.weir.service.WeirException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the settings file of a stage again when it is asked to, and has the stage take what is different now. A file that is wrong
 * changes nothing; of one that the stage took in part the next one is compared with what it has. Confined to its loop, but for {@link #ask}.
 */
final class Reloader<S> implements Loop.Step {
    private static final Logger log = LoggerFactory.getLogger(Reloader.class);
    private static final long STEP_MILLIS = 500;

    private final Path file;
    private final Role<Role.Served<S>> role;
    private final Running<S> running;
    private final Semaphore asked = new Semaphore(0);
    /** Of the keys that are in force. */
    private final SortedMap<String, String> values;

    /** Of the keys that may be in force or not, as the stage could not take all of what was different. */
    private final SortedSet<String> unsure = new TreeSet<>();

    private volatile int refused;

    /** Knows what the stage was started with. */
    Reloader(
            Path file,
            Role<Role.Served<S>> role,
            SortedMap<String, String> values,
            Running<S> running,
            MeterRegistry metrics) {
        this.file = file;
        this.role = role;
        this.values = new TreeMap<>(values);
        this.running = running;
        Gauge.builder("weir.settings.refused", () -> refused)
                .description("1 while the settings file, when it was last read, could not be taken; 0 otherwise")
                .register(metrics);
    }

    /** Has the file read again, soon. In any thread. */
    void ask() {
        asked.release();
    }

    @Override
    public void run() throws InterruptedException {
        if (asked.tryAcquire(STEP_MILLIS, TimeUnit.MILLISECONDS)) {
            // Several signals are one, as it is the file as it is now that counts.
            asked.drainPermits();
            try {
                reload();
                refused = 0;
                running.notice().accept("");
            } catch (WeirException e) {
                refused = 1;
                // Its first line only: a problem quotes what is in the file.
                running.notice()
                        .accept("the settings file is not taken, the log says why: "
                                + String.valueOf(e.getMessage())
                                        .lines()
                                        .findFirst()
                                        .orElse(""));
                log.error(
                        "settings not reloaded, it goes on with those it has: file={} cause={}", file, e.getMessage());
            }
        }
    }

    private void reload() {
        SettingsText text = SettingsText.of(file);
        Role.Served<S> settings = text.read(role::read);
        SortedMap<String, String> next = text.values();
        List<String> changed = new ArrayList<>();
        List<String> needRestart = new ArrayList<>();
        SortedSet<String> different = new TreeSet<>(unsure);
        different.addAll(SettingsText.differing(values, next));
        for (String key : different) {
            if (Sections.isOfOtherProcess(key, role.sections())) {
                continue;
            }
            (running.reloads().test(key) ? changed : needRestart).add(key);
        }
        if (!changed.isEmpty()) {
            unsure.addAll(changed);
            running.reload().accept(settings.stage());
            unsure.clear();
        }
        for (String key : changed) {
            String value = next.get(key);
            if (value == null) {
                values.remove(key);
            } else {
                values.put(key, value);
            }
        }
        log.info("settings reloaded: file={} changed={} needRestart={}", file, changed, needRestart);
        if (!needRestart.isEmpty()) {
            log.warn("settings that need a restart of this process to be taken: {}", String.join(", ", needRestart));
        }
    }
}
