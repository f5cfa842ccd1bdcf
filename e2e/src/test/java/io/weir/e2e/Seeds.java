package io.weir.e2e;

/** Seeds of random tests: printed, and repeated by {@code -Dweir.churn.seed=N}. */
final class Seeds {
    private Seeds() {}

    /** The seed of a test that says what it does. */
    static long next(String what) {
        long seed = Long.getLong("weir.churn.seed", System.nanoTime() & 0xFFFFFF);
        System.out.println(what + ", seed " + seed);
        return seed;
    }
}
