package io.weir.service;

import com.sun.net.httpserver.Authenticator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;

/** Lets through who sends one token: {@code Authorization: Bearer TOKEN} (RFC 6750). Thread-safe. */
final class BearerToken extends Authenticator {
    private static final int UNAUTHORIZED = 401;

    private final Bearer bearer;

    BearerToken(String token) {
        this.bearer = new Bearer(token);
    }

    @Override
    public Result authenticate(HttpExchange exchange) {
        if (bearer.isBorneBy(exchange.getRequestHeaders().getFirst("Authorization"))) {
            return new Success(new HttpPrincipal("bearer", "weir"));
        }
        exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer realm=\"weir\"");
        return new Failure(UNAUTHORIZED);
    }
}
