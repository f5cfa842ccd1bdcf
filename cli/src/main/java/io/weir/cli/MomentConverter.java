package io.weir.cli;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A moment of an option: ISO-8601, in this machine's time zone unless it says another, or how long ago: {@code 10m}, {@code 2h}. */
final class MomentConverter implements ITypeConverter<Instant> {
    /** For the description of such an option. */
    static final String FORMS =
            "2026-01-31T03:00:00Z, 2026-01-31T03:00 or 2026-01-31 (of this machine's time zone), or so"
                    + " long ago: 30s, 10m, 2h, 7d";

    private static final Pattern AGO = Pattern.compile("([0-9]{1,9}) *(s|m|min|h|d)");

    private final Clock clock;

    /** Called by picocli. */
    MomentConverter() {
        this(Clock.system(ZoneId.systemDefault()));
    }

    MomentConverter(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Instant convert(String value) {
        List<Function<String, Instant>> forms = List.of(
                Instant::parse,
                text -> LocalDateTime.parse(text).atZone(clock.getZone()).toInstant(),
                text -> LocalDate.parse(text).atStartOfDay(clock.getZone()).toInstant());
        for (Function<String, Instant> form : forms) {
            try {
                return form.apply(value);
            } catch (DateTimeException e) {
                // The next form.
            }
        }
        return ago(value)
                .map(ago -> clock.instant().minus(ago))
                .orElseThrow(() -> new TypeConversionException("'" + value + "' is no time; give " + FORMS));
    }

    private static Optional<Duration> ago(String value) {
        Matcher matcher = AGO.matcher(value);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long number = Long.parseLong(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "s" -> Duration.ofSeconds(number);
                    case "h" -> Duration.ofHours(number);
                    case "d" -> Duration.ofDays(number);
                    default -> Duration.ofMinutes(number);
                });
    }
}
