package io.weir.schemas;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A compiled glob over bytes; the syntax is described at {@link PathRules}. Immutable. Matching costs at most pattern length
 * times squared path length, and usually one pass: there is no pattern that makes it exponential.
 */
final class Glob {
    private static final byte SLASH = '/';

    /** What one step of a pattern takes from the path. */
    private enum Kind {
        /** One byte out of a set; never '/' unless the pattern says '/'. */
        ONE,
        /** Any bytes but '/'. */
        STAR,
        /** Any bytes. */
        DEEP,
        /** Any number of whole components with their '/'. */
        DIRECTORIES
    }

    private record Step(Kind kind, ByteSet set) {}

    private final Step[] steps;

    private Glob(List<Step> steps) {
        this.steps = steps.toArray(Step[]::new);
    }

    /**
     * Compiles a glob without leading or trailing '/'.
     *
     * @throws IllegalArgumentException saying what is wrong, without the pattern
     */
    static Glob compile(String pattern) {
        return new Parser(pattern.getBytes(StandardCharsets.UTF_8)).parse();
    }

    /** Whether the pattern matches the whole range of bytes. */
    boolean matches(byte[] path, int start, int end) {
        return new Matching(path, start, end).run();
    }

    /**
     * One match under way. On a mismatch the last STAR takes one byte more; when it may not (it never takes a '/'), the last
     * DEEP or DIRECTORIES does. Going back further is never needed: what an earlier one could take more, a later one can too.
     */
    private final class Matching {
        private final byte[] path;
        private final int end;
        private int at;
        private int step;
        private int starStep = -1;
        private int starAt;
        private int deepStep = -1;
        private int deepAt;

        Matching(byte[] path, int start, int end) {
            this.path = path;
            this.at = start;
            this.end = end;
        }

        boolean run() {
            while (step < steps.length || at < end) {
                if (!advance() && !retry()) {
                    return false;
                }
            }
            return true;
        }

        private boolean advance() {
            if (step == steps.length) {
                return false;
            }
            switch (steps[step].kind()) {
                case ONE -> {
                    if (at == end || !steps[step].set().contains(path[at])) {
                        return false;
                    }
                    at++;
                    step++;
                }
                case STAR -> {
                    starStep = step++;
                    starAt = at;
                }
                case DEEP, DIRECTORIES -> {
                    deepStep = step++;
                    deepAt = at;
                    starStep = -1;
                }
            }
            return true;
        }

        private boolean retry() {
            if (starStep >= 0 && starAt < end && path[starAt] != SLASH) {
                at = ++starAt;
                step = starStep + 1;
                return true;
            }
            if (deepStep < 0) {
                return false;
            }
            deepAt = steps[deepStep].kind() == Kind.DEEP ? deepAt + 1 : afterSlash();
            at = deepAt;
            step = deepStep + 1;
            starStep = -1;
            return deepAt <= end;
        }

        private int afterSlash() {
            int slash = deepAt;
            while (slash < end && path[slash] != SLASH) {
                slash++;
            }
            return slash + 1;
        }
    }

    /** A set of byte values. */
    private static final class ByteSet {
        private final boolean[] in = new boolean[256];

        static ByteSet of(byte value) {
            ByteSet set = new ByteSet();
            set.add(value & 0xFF, value & 0xFF);
            return set;
        }

        void add(int from, int to) {
            for (int value = from; value <= to; value++) {
                in[value] = true;
            }
        }

        void invert() {
            for (int value = 0; value < in.length; value++) {
                in[value] = !in[value];
            }
        }

        void remove(byte value) {
            in[value & 0xFF] = false;
        }

        boolean contains(byte value) {
            return in[value & 0xFF];
        }
    }

    private static final class Parser {
        private static final ByteSet NOTHING = new ByteSet();

        private final byte[] pattern;
        private final List<Step> steps = new ArrayList<>();
        private int at;

        Parser(byte[] pattern) {
            this.pattern = pattern;
        }

        Glob parse() {
            while (at < pattern.length) {
                byte b = pattern[at];
                switch (b) {
                    case '*' -> star();
                    case '?' -> {
                        at++;
                        one(anyButSlash());
                    }
                    case '[' -> one(set());
                    case '\\' -> one(ByteSet.of(escaped()));
                    default -> {
                        at++;
                        one(ByteSet.of(literal(b)));
                    }
                }
            }
            return new Glob(steps);
        }

        private void one(ByteSet set) {
            steps.add(new Step(Kind.ONE, set));
        }

        private static byte literal(byte b) {
            if (b == 0) {
                throw new IllegalArgumentException("it contains a NUL byte, which no path has");
            }
            return b;
        }

        private void star() {
            int from = at;
            while (at < pattern.length && pattern[at] == '*') {
                at++;
            }
            if (at - from == 1) {
                steps.add(new Step(Kind.STAR, NOTHING));
            } else if (at < pattern.length && pattern[at] == SLASH && (from == 0 || pattern[from - 1] == SLASH)) {
                at++;
                steps.add(new Step(Kind.DIRECTORIES, NOTHING));
            } else {
                steps.add(new Step(Kind.DEEP, NOTHING));
            }
        }

        private static ByteSet anyButSlash() {
            ByteSet set = new ByteSet();
            set.invert();
            set.remove(SLASH);
            return set;
        }

        private byte escaped() {
            at++;
            if (at == pattern.length) {
                throw new IllegalArgumentException("it ends in a backslash; write \\\\ for the backslash itself");
            }
            byte b = pattern[at++];
            if (b != 'x' || at + 2 > pattern.length) {
                return literal(b);
            }
            int high = Character.digit(pattern[at], 16);
            int low = Character.digit(pattern[at + 1], 16);
            if (high < 0 || low < 0) {
                return b;
            }
            at += 2;
            byte value = literal((byte) (high << 4 | low));
            if (value == SLASH) {
                throw new IllegalArgumentException("it escapes a '/', which no name can hold");
            }
            return value;
        }

        /** A set such as {@code [a-z_]} or {@code [!0-9]}; a ']' right behind the opening is itself. */
        private ByteSet set() {
            ByteSet set = new ByteSet();
            at++;
            boolean inverted = at < pattern.length && (pattern[at] == '!' || pattern[at] == '^');
            if (inverted) {
                at++;
            }
            int first = at;
            while (at == first || peek() != ']') {
                int from = member();
                int to = from;
                if (peek() == '-' && at + 1 < pattern.length && pattern[at + 1] != ']') {
                    at++;
                    to = member();
                }
                if (to < from) {
                    throw new IllegalArgumentException(
                            "the range " + (char) from + "-" + (char) to + " in [...] is the wrong way round");
                }
                set.add(from, to);
            }
            at++;
            if (inverted) {
                set.invert();
            }
            set.remove(SLASH);
            return set;
        }

        private byte peek() {
            if (at >= pattern.length) {
                throw new IllegalArgumentException("a [ is not closed by ]; write \\[ for the bracket itself");
            }
            return pattern[at];
        }

        private int member() {
            byte b = peek();
            if (b == '[' && at + 1 < pattern.length && pattern[at + 1] == ':') {
                throw new IllegalArgumentException("named sets such as [:alpha:] are not supported; write [a-zA-Z]");
            }
            if (b == '\\') {
                return escaped() & 0xFF;
            }
            if (b < 0) {
                throw new IllegalArgumentException(
                        "[...] holds a character beyond ASCII, and rules match bytes; write one rule for each");
            }
            if (b == SLASH) {
                throw new IllegalArgumentException("[...] holds a '/', which it can never match");
            }
            at++;
            return literal(b);
        }
    }
}
