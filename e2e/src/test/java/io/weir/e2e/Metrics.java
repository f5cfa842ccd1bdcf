package io.weir.e2e;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** The metrics page of one process on loopback. */
final class Metrics {
    private final HttpClient client = HttpClient.newHttpClient();
    private final HttpRequest page;

    /** Of the process that was told this {@code health.port}. */
    Metrics(int port) {
        page = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                .build();
    }

    /** The sum of all lines of a metric, by its name on the page; 0 when it is not there. */
    double value(String name) throws IOException, InterruptedException {
        return client.send(page, HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
