package io.weir.service;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** A token that requests bear: {@code Authorization: Bearer TOKEN} (RFC 6750). Immutable, thread-safe. */
public final class Bearer {
    private static final String SCHEME = "Bearer ";

    private final byte[] token;

    /** The token as it is written in the settings. */
    public Bearer(String token) {
        this.token = token.getBytes(StandardCharsets.UTF_8);
    }

    /** Whether a request with this Authorization header bears it; null when it has none. */
    public boolean isBorneBy(@Nullable String header) {
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return false;
        }
        byte[] given = header.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8);
        // Takes as long for every wrong token, so that none can be found piece by piece.
        return MessageDigest.isEqual(given, token);
    }
}
