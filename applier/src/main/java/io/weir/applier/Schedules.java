package io.weir.applier;

import io.weir.service.CronSchedule;
import io.weir.service.Setting;
import io.weir.service.SettingsNode;
import java.util.Locale;
import java.util.Optional;

/** Reads when something is done by itself. */
final class Schedules {
    private Schedules() {}

    /** The schedule of a setting, or nothing; what is wrong with it goes into the node. */
    static Optional<CronSchedule> read(SettingsNode node, Setting<Optional<String>> setting) {
        try {
            return node.get(setting).map(CronSchedule::parse);
        } catch (IllegalArgumentException e) {
            node.problem(
                    setting,
                    "is no schedule of five fields, minute, hour, day, month and day of the week, such as `30 2 * *"
                            + " 0`: "
                            + String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT));
            return Optional.empty();
        }
    }
}
