package io.weir.applier.consume;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Times of the day at which a replica rests, such as {@code 08:00-18:00} or {@code Mon-Fri 22:00-06:00}. A window over midnight
 * belongs to the day on which it begins. Immutable and pure.
 */
public final class PauseWindows {
    private static final Pattern FORM = Pattern.compile(
            "(?:(\\p{Alpha}{3}(?:[-,]\\p{Alpha}{3})*)\\s+)?(\\d{1,2}:\\d{2})\\s*-\\s*(\\d{1,2}:\\d{2})");

    private static final int DAY_SECONDS = (int) Duration.ofDays(1).toSeconds();

    /** None: the replica never rests by the clock. */
    public static final PauseWindows NONE = new PauseWindows(List.of(), ZoneId.of("UTC"));

    private final List<Window> windows;
    private final ZoneId zone;

    /** Seconds after midnight; one that ends on the next day has an end after a day's. */
    private record Window(String text, Set<DayOfWeek> days, int start, int end) {
        boolean isIn(LocalDateTime now) {
            int seconds = now.toLocalTime().toSecondOfDay();
            return covers(now.toLocalDate(), seconds)
                    || covers(now.toLocalDate().minusDays(1), seconds + DAY_SECONDS);
        }

        private boolean covers(LocalDate day, int seconds) {
            return days.contains(day.getDayOfWeek()) && seconds >= start && seconds < end;
        }
    }

    private PauseWindows(List<Window> windows, ZoneId zone) {
        this.windows = List.copyOf(windows);
        this.zone = zone;
    }

    /**
     * The windows of these texts.
     *
     * @param zone whose time they are of
     * @throws IllegalArgumentException with what is wrong in one of them
     */
    public static PauseWindows of(List<String> texts, ZoneId zone) {
        return new PauseWindows(texts.stream().map(text -> window(text.strip())).toList(), zone);
    }

    /** The window that a moment lies in, as it was written; empty when it lies in none. */
    public Optional<String> at(Instant moment) {
        if (windows.isEmpty()) {
            return Optional.empty();
        }
        LocalDateTime now = LocalDateTime.ofInstant(moment, zone);
        return windows.stream()
                .filter(window -> window.isIn(now))
                .map(Window::text)
                .findFirst();
    }

    private static Window window(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw wrong(text, "must be such as \"22:00-06:00\" or \"Mon-Fri 08:00-18:00\"");
        }
        String days = parts.group(1);
        int start = seconds(text, parts.group(2));
        int end = seconds(text, parts.group(3));
        if (start == end) {
            throw wrong(text, "begins when it ends; the whole day is 00:00-24:00");
        }
        if (start == DAY_SECONDS) {
            throw wrong(text, "begins at 24:00; write 00:00 and the next day");
        }
        return new Window(
                text,
                days == null ? EnumSet.allOf(DayOfWeek.class) : days(text, days),
                start,
                end < start ? end + DAY_SECONDS : end);
    }

    private static int seconds(String text, String time) {
        if (time.equals("24:00")) {
            return DAY_SECONDS;
        }
        int hour = Integer.parseInt(time.substring(0, time.indexOf(':')));
        int minute = Integer.parseInt(time.substring(time.indexOf(':') + 1));
        if (hour > 23 || minute > 59) {
            throw wrong(text, "has the time " + time + ", which is none of 00:00 to 24:00");
        }
        return LocalTime.of(hour, minute).toSecondOfDay();
    }

    private static Set<DayOfWeek> days(String text, String names) {
        Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
        for (String range : names.split(",", -1)) {
            List<DayOfWeek> ends = new ArrayList<>();
            for (String name : range.split("-", -1)) {
                ends.add(day(text, name));
            }
            DayOfWeek last = ends.get(ends.size() - 1);
            if (ends.size() > 2) {
                throw wrong(
                        text, "has the days " + range + "; write a first and a last one, or single ones with commas");
            }
            // A range may go over the end of the week.
            DayOfWeek each = ends.get(0);
            days.add(each);
            while (each != last) {
                each = each.plus(1);
                days.add(each);
            }
        }
        return days;
    }

    private static DayOfWeek day(String text, String name) {
        return Stream.of(DayOfWeek.values())
                .filter(day -> day.name().startsWith(name.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(
                        () -> wrong(text, "has the day '" + name + "'; days are Mon, Tue, Wed, Thu, Fri, Sat and Sun"));
    }

    private static IllegalArgumentException wrong(String text, String why) {
        return new IllegalArgumentException("window '" + text + "' " + why);
    }
}
