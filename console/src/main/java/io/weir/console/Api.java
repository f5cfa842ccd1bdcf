package io.weir.console;

import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.http.NotFoundResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The questions and commands of the JSON API, as {@code openapi.yaml} describes them. */
final class Api {
    private static final String JSON = "application/json";
    private static final Set<String> NO_OPTIONS = Set.of("source", "path", "path64");

    private final Board board;
    private final Answers answers;
    private final Desk desk;
    private final Access access;

    Api(Board board, Answers answers, Desk desk, Access access) {
        this.board = board;
        this.answers = answers;
        this.desk = desk;
        this.access = access;
    }

    void addTo(Javalin server) {
        server.get("/api/session", this::session);
        server.get("/api/status", request -> json(request, answers.status(board.components())));
        server.get("/api/deadletters", request -> json(request, answers.deadLetters(board.letters())));
        server.get("/api/series", request -> json(request, board.series(Instant.now(), Series.SECONDS)));
        server.get("/api/tail", request -> json(request, Json.array(board.tailAfter(0), TailEntry::write)));
        server.get("/api/explain", this::explain);
        server.get("/api/history", this::history);
        server.get("/api/runs", request -> json(request, desk.all()));
        server.get("/api/runs/{id}", request -> run(request, request.pathParam("id")));
        server.post("/api/replicas/{replica}/{action}", this::give);
    }

    /** What this page may do; the one question that needs no token. */
    private void session(Context request) {
        json(request, Json.object(json -> {
            json.writeBooleanField("writable", access.isWritable());
            json.writeBooleanField("granted", access.isGranted(request));
            json.writeStringField(
                    "tokenFile", access.tokenFile().map(Path::toString).orElse(""));
        }));
    }

    private void explain(Context request) {
        String since = text(request.queryParam("since"));
        json(request, answers.explain(needed(request, "source"), needed(request, "path"), since));
    }

    private void history(Context request) {
        String since = text(request.queryParam("since"));
        json(request, answers.history(needed(request, "source"), needed(request, "path"), since));
    }

    private void run(Context request, String id) {
        json(
                request,
                desk.one(id)
                        .orElseThrow(() -> new NotFoundResponse("no run " + id + " is remembered: the last " + Runs.MOST
                                + " since this console began" + " are")));
    }

    private void give(Context request) {
        Order order = new Order(
                action(request.pathParam("action")),
                request.pathParam("replica"),
                text(request.formParam("source")),
                paths(request.formParams("path64")),
                request.formParams("path").stream()
                        .filter(each -> !each.isBlank())
                        .toList(),
                options(request));
        String id = desk.give(order);
        request.status(HttpStatus.ACCEPTED);
        run(request, id);
    }

    private static Order.Action action(String word) {
        try {
            return Order.Action.valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("there is no action '" + word + "'", e);
        }
    }

    private static List<byte[]> paths(List<String> encoded) {
        List<byte[]> paths = new ArrayList<>();
        for (String each : encoded) {
            paths.add(Base64.getDecoder().decode(each));
        }
        return paths;
    }

    private static Map<String, String> options(Context request) {
        Map<String, String> options = new TreeMap<>();
        request.formParamMap().forEach((name, values) -> {
            if (!NO_OPTIONS.contains(name)
                    && !values.isEmpty()
                    && !values.get(0).isBlank()) {
                options.put(name, values.get(0).strip());
            }
        });
        return options;
    }

    private static String needed(Context request, String name) {
        String value = text(request.queryParam(name));
        if (value.isBlank()) {
            throw new IllegalArgumentException("the parameter '" + name + "' is missing");
        }
        return value;
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    private static void json(Context request, String body) {
        request.contentType(JSON).result(body);
    }
}
