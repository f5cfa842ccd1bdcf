package io.weir.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.posix.Processes;

/** Some scenarios need what only root may do. */
final class Root {
    private Root() {}

    /** Skips the test with a clear line for everybody else. */
    static void required(String what) {
        assumeTrue(Processes.effectiveUid() == 0, "skipped: not root, who alone may " + what);
    }
}
