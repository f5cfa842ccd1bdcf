package io.weir.cli;

import io.weir.service.Units;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** Reads a moment as a person writes it. Pure. */
final class Moment {
    /** What can be written, for help and errors. */
    static final String FORMS =
            "2026-01-31T14:05, 2026-01-31, both local time, 2026-01-31T14:05:00Z, or how long ago: 90min, 2h, 3d";

    private static final DateTimeFormatter LOCAL =
            DateTimeFormatter.ofPattern("yyyy-MM-dd['T'][' ']HH:mm[:ss]", Locale.ROOT);

    private Moment() {}

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException saying what can be written
     */
    static Instant parse(String text, Instant now, ZoneId zone) {
        List<Function<String, Instant>> forms = List.of(
                each -> OffsetDateTime.parse(each).toInstant(),
                each -> LocalDateTime.parse(each, LOCAL).atZone(zone).toInstant(),
                each -> LocalDate.parse(each).atStartOfDay(zone).toInstant(),
                each -> now.minus(Units.duration(each)));
        return forms.stream()
                .flatMap(form -> read(form, text.strip()).stream())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is no time: write " + FORMS));
    }

    /** Empty when it is of another form. */
    private static Optional<Instant> read(Function<String, Instant> form, String text) {
        try {
            return Optional.of(form.apply(text));
        } catch (DateTimeException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
