package io.weir.service.registry;

import io.weir.service.RegistrySettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * Asks a registry over HTTP: its addresses in turn, the next one when one is away or says that it cannot answer now. Thread-safe.
 * A call takes at most {@link #ANSWER_LIMIT} for each address.
 */
final class RegistryHttp {
    /** How long one address may take, from the connection to the last byte of its answer. */
    static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(3);
    private static final Pattern TITLE = Pattern.compile("(?i)<title>([^<]+)</title>");
    private static final String TYPE = "application/vnd.schemaregistry.v1+json";

    private final List<URI> urls;
    private final @Nullable String authorization;
    private final boolean hasKey;
    private final Duration answerLimit;
    private final HttpClient http;

    /**
     * An answer.
     *
     * @param url which address gave it
     * @param location where a redirection leads; empty in any other answer
     */
    record Answer(URI url, int status, String body, Optional<String> location) {}

    RegistryHttp(RegistrySettings settings) {
        this(settings, ANSWER_LIMIT);
    }

    RegistryHttp(RegistrySettings settings, Duration answerLimit) {
        this.answerLimit = answerLimit;
        urls = settings.urls();
        authorization = settings.user()
                .map(user -> "Basic "
                        + Base64.getEncoder()
                                .encodeToString((user + ":" + settings.password()).getBytes(StandardCharsets.UTF_8)))
                .orElse(null);
        hasKey = settings.keystore().isPresent();
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_LIMIT);
        Trust.of(settings).ifPresent(builder::sslContext);
        http = builder.build();
    }

    /**
     * Sends a request.
     *
     * @param what for the message of a failure, such as "look up subject x"
     * @throws RegistryUnavailableException when no address gives an answer
     * @throws InterruptException when the thread was interrupted; its flag is set
     */
    Answer send(String what, String method, String path, Optional<String> body) {
        List<Diagnosis> failures = new ArrayList<>();
        Exception last = null;
        for (URI url : urls) {
            try {
                Answer answer = sendTo(url, method, path, body);
                if (answer.status() < 500 && answer.status() != 429) {
                    return answer;
                }
                failures.add(Diagnosis.of(answer));
            } catch (IOException e) {
                last = e;
                failures.add(Diagnosis.of(url, e, hasKey));
            }
        }
        throw new RegistryUnavailableException(what + " at the schema registry: " + told(failures), last);
    }

    private static String told(List<Diagnosis> failures) {
        List<String> hints = failures.stream().map(Diagnosis::hint).distinct().toList();
        return hints.size() == 1
                ? failures.stream().map(Diagnosis::cause).collect(Collectors.joining("; ")) + "; " + hints.get(0)
                : failures.stream()
                        .map(each -> each.cause() + " (" + each.hint() + ")")
                        .collect(Collectors.joining("; "));
    }

    private Answer sendTo(URI url, String method, String path, Optional<String> body) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .header("Accept", TYPE + ", application/json")
                .method(method, body.map(BodyPublishers::ofString).orElseGet(BodyPublishers::noBody));
        if (body.isPresent()) {
            request.header("Content-Type", TYPE);
        }
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        HttpResponse<String> response =
                await(http.sendAsync(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8)));
        return new Answer(
                url, response.statusCode(), response.body(), response.headers().firstValue("Location"));
    }

    /** The client's own limit for a request ends with the headers of its answer (JDK-8208693), so it is not used. */
    private <T> T await(CompletableFuture<T> call) throws IOException {
        try {
            return call.get(answerLimit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            call.cancel(true);
            HttpTimeoutException late =
                    new HttpTimeoutException("no whole answer within " + answerLimit.toMillis() + " ms");
            late.addSuppressed(e);
            throw late;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } catch (InterruptedException e) {
            call.cancel(true);
            throw new InterruptException("interrupted while the schema registry was asked", e);
        }
    }

    /** The beginning of what a registry said, on one line; of a web page, which no registry sends, its title. */
    static String shortened(String body) {
        String line = body.strip().replaceAll("\\s+", " ");
        if (line.startsWith("<")) {
            Matcher title = TITLE.matcher(line);
            return title.find() ? "a web page, \"" + shortened(title.group(1)) + "\"" : "a web page";
        }
        return line.length() > 300 ? line.substring(0, 300) + " ..." : line;
    }
}
