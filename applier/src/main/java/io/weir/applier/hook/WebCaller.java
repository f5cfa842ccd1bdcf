package io.weir.applier.hook;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Posts the JSON to a web address; any answer of 200 to 299 is success. Redirections are not followed. */
final class WebCaller implements Caller {
    private static final String TOKEN = "[\\x21-\\x7e]+";

    private final Hook.Web web;
    private final Duration timeout;
    private final HttpClient http;

    WebCaller(Hook.Web web, Duration timeout) {
        this.web = web;
        this.timeout = timeout;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timeout)
                .build();
    }

    @Override
    public Optional<String> call(byte[] json) throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(web.url())
                .header("Content-Type", "application/json")
                .header("User-Agent", "weir")
                .POST(HttpRequest.BodyPublishers.ofByteArray(json));
        if (web.tokenFile().isPresent()) {
            try {
                request.header(
                        "Authorization", "Bearer " + token(web.tokenFile().get()));
            } catch (IOException e) {
                return Optional.of(String.valueOf(e.getMessage()));
            }
        }
        // The answer's content is not waited for: it may have no end.
        CompletableFuture<HttpResponse<InputStream>> call =
                http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try {
            HttpResponse<InputStream> answer = call.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            answer.body().close();
            int status = answer.statusCode();
            return status >= 200 && status <= 299 ? Optional.empty() : Optional.of(web + " answered " + status);
        } catch (TimeoutException e) {
            return Optional.of(web + " did not answer within " + timeout.toMillis() + " ms");
        } catch (ExecutionException e) {
            return Optional.of(web + " cannot be reached: " + e.getCause());
        } catch (IOException e) {
            return Optional.of("the answer of " + web + " broke off: " + e);
        } finally {
            call.cancel(true);
        }
    }

    /**
     * The token in a file, which is read for every call, so that it can be changed.
     *
     * @throws IOException saying what is wrong, and never the token
     */
    static String token(Path file) throws IOException {
        String token;
        try {
            token = Files.readString(file).strip();
        } catch (IOException e) {
            throw new IOException("the token in " + file + " cannot be read: " + e, e);
        }
        if (!token.matches(TOKEN)) {
            throw new IOException("what is in " + file + " is no token: it must be one line of printable ASCII");
        }
        return token;
    }
}
