package io.weir.console;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.http.ServiceUnavailableResponse;
import io.javalin.http.staticfiles.Location;
import io.javalin.util.JavalinBindException;
import io.weir.schemas.WireFormat;
import io.weir.service.ClockWatch;
import io.weir.service.ExitCode;
import io.weir.service.FaultHandler;
import io.weir.service.HealthRegistry;
import io.weir.service.KafkaSettings;
import io.weir.service.Loop;
import io.weir.service.Service;
import io.weir.service.ServiceHost;
import io.weir.service.WeirException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the page, its JSON API ({@code /openapi.yaml}) and its events, over plain HTTP. It keeps nothing but, in
 * memory, the last orders that it gave: what it shows is read from the topics, what it is asked to do goes through {@link Answers}.
 */
public final class Console implements Service {
    private static final Logger log = LoggerFactory.getLogger(Console.class);
    private static final Duration CLOSE = Duration.ofSeconds(10);

    /** Assets are part of the page; nothing is loaded from elsewhere, and no other page may hold it in a frame. */
    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
                    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer",
            "Cache-Control", "no-cache");

    private final ConsoleSettings settings;
    private final Answers answers;
    private final Access access;
    private final Desk desk;
    private final Board board = new Board();
    private final Events events = new Events();
    private final Broadcast broadcast;
    private final ServiceHost loops;
    private @Nullable Javalin server;

    /**
     * A console that is to be started.
     *
     * @param kafka where the topics are
     * @param format how their records lie there
     * @param faults told when the feed breaks in a way that no retry helps
     */
    public Console(
            ConsoleSettings settings,
            KafkaSettings kafka,
            WireFormat format,
            Answers answers,
            HealthRegistry health,
            FaultHandler faults) {
        this.settings = settings;
        this.answers = answers;
        this.access = new Access(settings);
        this.desk = new Desk(board, answers);
        this.broadcast = new Broadcast(board, answers, desk, events);
        ClockWatch clock = new ClockWatch();
        Feed feed = new Feed(kafka, format, board, clock, broadcast);
        this.loops = new ServiceHost(
                "console",
                List.of(
                        new Loop("console-clock", clock, health.heartbeat("console-clock"), faults),
                        new Loop("console-feed", feed, health.heartbeat("console-feed"), faults)),
                CLOSE);
        health.readiness("console", () -> Optional.of(board.trouble()).filter(trouble -> !trouble.isEmpty()));
    }

    @Override
    public String name() {
        return "console";
    }

    /**
     * Binds the port and begins to read.
     *
     * @throws WeirException (CONFLICT) when the port is taken or not ours to bind
     */
    @Override
    public synchronized void start() {
        Javalin created = Javalin.create(Console::configure);
        created.before(access::check);
        created.before("/api/*", request -> HEADERS.forEach(request::header));
        addRoutes(created);
        created.exception(
                WeirException.class,
                (e, request) -> problem(request, status(e.exitCode()), String.valueOf(e.getMessage())));
        created.exception(
                IllegalArgumentException.class,
                (e, request) -> problem(request, HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage())));
        created.exception(
                HttpResponseException.class,
                (e, request) -> problem(request, HttpStatus.forStatus(e.getStatus()), String.valueOf(e.getMessage())));
        String host = settings.address().getHostString();
        try {
            created.start(host, settings.address().getPort());
        } catch (JavalinBindException e) {
            created.stop();
            throw new WeirException(
                    ExitCode.CONFLICT,
                    "listen on " + host + ":" + settings.address().getPort() + " for the console: " + e.getMessage()
                            + "; set console.port to a free port, or to 0 for any",
                    e);
        }
        server = created;
        loops.start();
        log.info("console served: url={}", url());
    }

    /** All that the API answers to. */
    void addRoutes(Javalin to) {
        new Api(board, answers, desk, access).addTo(to);
        to.get("/api/events", this::serveEvents);
    }

    private static void configure(JavalinConfig config) {
        config.showJavalinBanner = false;
        config.startupWatcherEnabled = false;
        config.staticFiles.add(files -> {
            files.directory = "/io/weir/console/web";
            files.location = Location.CLASSPATH;
            files.headers = HEADERS;
        });
    }

    /** The page's address. */
    public synchronized String url() {
        if (server == null) {
            throw new IllegalStateException("the console is not started");
        }
        return "http://" + settings.address().getHostString() + ":" + server.port() + "/";
    }

    private void serveEvents(Context request) throws IOException, InterruptedException {
        if (events.isFull()) {
            throw new ServiceUnavailableResponse(
                    "so many pages are open that no further one is served: " + Events.MOST);
        }
        request.res().setContentType("text/event-stream");
        request.res().setCharacterEncoding("utf-8");
        events.serve(request.res().getOutputStream(), broadcast::first);
    }

    private static HttpStatus status(ExitCode code) {
        return switch (code) {
            case USAGE -> HttpStatus.BAD_REQUEST;
            case CONFLICT -> HttpStatus.CONFLICT;
            case UNAVAILABLE -> HttpStatus.SERVICE_UNAVAILABLE;
            default -> HttpStatus.INTERNAL_SERVER_ERROR;
        };
    }

    /** An error as RFC 9457 has it. */
    private static void problem(Context request, HttpStatus status, String detail) {
        request.status(status).contentType("application/problem+json").result(Json.object(json -> {
            json.writeStringField("title", status.getMessage());
            json.writeNumberField("status", status.getCode());
            json.writeStringField("detail", detail);
            json.writeStringField("at", Instant.now().toString());
        }));
    }

    @Override
    public synchronized void close() {
        events.close();
        try {
            loops.close();
        } finally {
            if (server != null) {
                server.stop();
                server = null;
            }
        }
    }
}
