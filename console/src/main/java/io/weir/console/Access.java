package io.weir.console;

import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.HandlerType;
import io.javalin.http.UnauthorizedResponse;
import io.weir.service.Bearer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask and who may command. Whoever has the token may do both; on loopback everybody may ask. What changes something needs the
 * token in a header, which no other site's page can make a browser send. Immutable.
 */
final class Access {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Optional<Bearer> bearer;
    private final boolean isLoopback;
    private final Optional<Path> tokenFile;

    Access(ConsoleSettings settings) {
        this.bearer = settings.token().map(Bearer::new);
        this.isLoopback = settings.isLoopback();
        this.tokenFile = settings.tokenFile();
    }

    /** Whether anybody may command. */
    boolean isWritable() {
        return bearer.isPresent();
    }

    /** Whether this request bears the token. */
    boolean isGranted(Context request) {
        return bearer.isPresent() && bearer.get().isBorneBy(request.header("Authorization"));
    }

    /** Where a person of this host finds the token; told to nobody beyond. */
    Optional<Path> tokenFile() {
        return isLoopback ? tokenFile : Optional.empty();
    }

    /** Refuses a request that is not to be answered. */
    void check(Context request) {
        if (isLoopback && !LOOPBACK.contains(host(request.host()))) {
            // A page of another site whose name was made to mean this machine (DNS rebinding).
            throw new ForbiddenResponse("open this page as http://127.0.0.1 or http://localhost");
        }
        if (!request.path().startsWith("/api/") || request.path().equals("/api/session")) {
            return;
        }
        boolean isQuestion = request.method() == HandlerType.GET || request.method() == HandlerType.HEAD;
        if (!isQuestion && !isWritable()) {
            throw new ForbiddenResponse("this console only shows; set console.token to let it give commands");
        }
        if ((!isQuestion || !isLoopback) && !isGranted(request)) {
            throw new UnauthorizedResponse("this needs the console's token: Authorization: Bearer TOKEN");
        }
    }

    private static String host(@Nullable String header) {
        String host = header == null ? "" : header;
        int port = host.lastIndexOf(':');
        return port > host.lastIndexOf(']') ? host.substring(0, port) : host;
    }
}
