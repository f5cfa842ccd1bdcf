package io.weir.service.registry;

import io.weir.service.RegistrySettings;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * Asks a registry over HTTP: its addresses in turn, the next one when one is away or says that it cannot answer now. Thread-safe.
 * A call takes at most {@link #MOST} for each address.
 */
final class RegistryHttp {
    /** How long one address may take to answer. */
    static final Duration MOST = Duration.ofSeconds(5);

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final String TYPE = "application/vnd.schemaregistry.v1+json";

    private final List<URI> urls;
    private final @Nullable String authorization;
    private final HttpClient http;

    /**
     * An answer.
     *
     * @param url which address gave it
     */
    record Answer(URI url, int status, String body) {}

    RegistryHttp(RegistrySettings settings) {
        urls = settings.urls();
        authorization = settings.user()
                .map(user -> "Basic "
                        + Base64.getEncoder()
                                .encodeToString((user + ":" + settings.password()).getBytes(StandardCharsets.UTF_8)))
                .orElse(null);
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT);
        settings.truststore().ifPresent(file -> builder.sslContext(Trust.of(file, settings.truststorePassword())));
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
        List<String> causes = new ArrayList<>();
        Exception last = null;
        for (URI url : urls) {
            try {
                Answer answer = sendTo(url, method, path, body);
                if (answer.status() < 500 && answer.status() != 429) {
                    return answer;
                }
                causes.add(url + " answers " + answer.status() + " " + shortened(answer.body()));
            } catch (IOException e) {
                last = e;
                causes.add(url + ": " + why(e));
            }
        }
        throw new RegistryUnavailableException(
                what + " at the schema registry: " + String.join("; ", causes) + "; " + hint(last), last);
    }

    private Answer sendTo(URI url, String method, String path, Optional<String> body) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(MOST)
                .header("Accept", TYPE + ", application/json")
                .method(method, body.map(BodyPublishers::ofString).orElseGet(BodyPublishers::noBody));
        if (body.isPresent()) {
            request.header("Content-Type", TYPE);
        }
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new Answer(url, response.statusCode(), response.body());
        } catch (InterruptedException e) {
            throw new InterruptException("interrupted while the schema registry was asked", e);
        }
    }

    private static String why(IOException e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String said = root.getMessage();
        // The client's own exceptions often say nothing but their names.
        String name = e instanceof ConnectException
                ? "cannot be connected to"
                : e.getClass().getSimpleName();
        return said == null || said.isEmpty() ? name + ", " + root.getClass().getSimpleName() : name + ", " + said;
    }

    private static String hint(@Nullable Exception last) {
        return last instanceof SSLException
                ? "have schema.registry.truststore.file name the certificate of the authority that signed the registry's,"
                        + " and schema.registry.url the host that is in it"
                : "nothing is lost, it is tried again; check that the registry runs and schema.registry.url";
    }

    /** The beginning of what a registry said, on one line. */
    static String shortened(String body) {
        String line = body.strip().replaceAll("\\s+", " ");
        return line.length() > 300 ? line.substring(0, 300) + " ..." : line;
    }
}
