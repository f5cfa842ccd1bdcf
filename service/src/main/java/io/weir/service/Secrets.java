package io.weir.service;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Secrets that Weir makes itself. Thread-safe. */
public final class Secrets {
    private static final int BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Secrets() {}

    /** A secret that nobody guesses, of letters and digits. */
    public static String random() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
