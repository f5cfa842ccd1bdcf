package io.weir.applier.reconcile;

import io.weir.schemas.RelPath;
import io.weir.schemas.VerifyLevel;

/**
 * Of which files the content is compared. The same seed chooses the same files; a larger part chooses them and more. Pure.
 *
 * @param level how closely
 * @param percent for {@link VerifyLevel#SAMPLE}: of how many files in a hundred
 * @param seed chooses them
 */
record Sample(VerifyLevel level, int percent, long seed) {
    private static final long FNV_START = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    boolean takes(RelPath path) {
        return switch (level) {
            case UNKNOWN, METADATA -> false;
            case CHECKSUM -> true;
            case SAMPLE -> Long.remainderUnsigned(hash(path), 100) < percent;
        };
    }

    /** FNV-1a, and a last mix, as its low bits alone are none of the best. */
    private long hash(RelPath path) {
        long hash = FNV_START ^ seed;
        for (byte each : path.bytes()) {
            hash = (hash ^ (each & 0xFF)) * FNV_PRIME;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        return hash ^ (hash >>> 33);
    }
}
