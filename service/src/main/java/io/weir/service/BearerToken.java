package io.weir.service;

import com.sun.net.httpserver.Authenticator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** Lets through who sends one token: {@code Authorization: Bearer TOKEN} (RFC 6750). Thread-safe. */
final class BearerToken extends Authenticator {
    private static final String SCHEME = "Bearer ";
    private static final int UNAUTHORIZED = 401;

    private final byte[] token;

    BearerToken(String token) {
        this.token = token.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Result authenticate(HttpExchange exchange) {
        if (isRight(exchange.getRequestHeaders().getFirst("Authorization"))) {
            return new Success(new HttpPrincipal("bearer", "weir"));
        }
        exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer realm=\"weir\"");
        return new Failure(UNAUTHORIZED);
    }

    private boolean isRight(@Nullable String header) {
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return false;
        }
        byte[] given = header.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8);
        // Takes as long for every wrong token, so that none can be found piece by piece.
        return MessageDigest.isEqual(given, token);
    }
}
