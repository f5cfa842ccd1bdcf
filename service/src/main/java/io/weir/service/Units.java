package io.weir.service;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads and writes quantities as people do: {@code 20 ms}, {@code 1 h}, {@code 512 KiB}, {@code 50 %}. Pure. */
public final class Units {
    private static final Pattern QUANTITY = Pattern.compile("([0-9]+)[ _]*([A-Za-zµ]*)");
    private static final Pattern SHARE = Pattern.compile("([0-9]+(?:\\.[0-9]+)?) *(%?)");

    private static final Map<String, Duration> TIMES = Map.of(
            "us", Duration.ofNanos(1_000),
            "ms", Duration.ofMillis(1),
            "s", Duration.ofSeconds(1),
            "min", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1));

    private static final Map<String, Long> SIZES =
            new TreeMap<>(Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "TiB", 1L << 40));

    private Units() {}

    /**
     * A duration such as {@code 20 ms}; only 0 may go without a unit.
     *
     * @throws IllegalArgumentException saying what is accepted
     */
    public static Duration duration(String text) {
        Matcher matcher = QUANTITY.matcher(text.strip());
        if (matcher.matches()) {
            Duration unit = TIMES.get(matcher.group(2));
            long number = number(matcher.group(1));
            if (unit != null) {
                try {
                    return unit.multipliedBy(number);
                } catch (ArithmeticException e) {
                    throw new IllegalArgumentException("is too long a time", e);
                }
            }
            if (number == 0 && matcher.group(2).isEmpty()) {
                return Duration.ZERO;
            }
        }
        throw new IllegalArgumentException("must be a time with its unit (us, ms, s, min, h or d), such as 20 ms");
    }

    /**
     * A size in bytes such as {@code 512 KiB}; only 0 may go without a unit.
     *
     * @throws IllegalArgumentException saying what is accepted
     */
    public static long size(String text) {
        Matcher matcher = QUANTITY.matcher(text.strip());
        if (matcher.matches()) {
            Long unit = SIZES.get(matcher.group(2));
            long number = number(matcher.group(1));
            if (unit != null) {
                try {
                    return Math.multiplyExact(number, unit);
                } catch (ArithmeticException e) {
                    throw new IllegalArgumentException("is too large a size", e);
                }
            }
            if (number == 0 && matcher.group(2).isEmpty()) {
                return 0;
            }
        }
        throw new IllegalArgumentException("must be a size with its unit (B, KiB, MiB, GiB or TiB), such as 512 KiB");
    }

    /**
     * A share from 0 to 1, written {@code 50 %} or {@code 0.5}.
     *
     * @throws IllegalArgumentException saying what is accepted
     */
    public static double share(String text) {
        Matcher matcher = SHARE.matcher(text.strip());
        if (matcher.matches()) {
            double number = Double.parseDouble(matcher.group(1));
            double share = matcher.group(2).isEmpty() ? number : number / 100;
            if (share <= 1) {
                return share;
            }
        }
        throw new IllegalArgumentException("must be a share from 0 % to 100 %, such as 50 %");
    }

    /** The largest unit that needs no fraction: 90 s stays 90 s, 120 s is 2 min. */
    public static String format(Duration duration) {
        String text = "0 ms";
        long nanos = duration.toNanos();
        long best = 0;
        for (Map.Entry<String, Duration> unit : TIMES.entrySet()) {
            long each = unit.getValue().toNanos();
            if (nanos != 0 && nanos % each == 0 && each > best) {
                best = each;
                text = nanos / each + " " + unit.getKey();
            }
        }
        return text;
    }

    /** The largest unit that needs no fraction. */
    public static String formatSize(long bytes) {
        String text = bytes + " B";
        long best = 1;
        for (Map.Entry<String, Long> unit : SIZES.entrySet()) {
            long each = unit.getValue();
            if (bytes != 0 && bytes % each == 0 && each > best) {
                best = each;
                text = bytes / each + " " + unit.getKey();
            }
        }
        return text;
    }

    /** Percent, with a fraction only where needed. */
    public static String formatShare(double share) {
        double percent = share * 100;
        return percent == Math.rint(percent) ? (long) percent + " %" : String.format(Locale.ROOT, "%s %%", percent);
    }

    private static long number(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("is too large a number", e);
        }
    }
}
