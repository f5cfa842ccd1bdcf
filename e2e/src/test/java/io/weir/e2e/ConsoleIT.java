package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a running pipeline in a real browser: what a person sees and does there. */
class ConsoleIT {
    private static final int FILES = 40;
    private static final String PHONE = "return document.documentElement.scrollWidth <= window.innerWidth";

    @TempDir
    Path folder;

    /** The page's address, as soon as it is printed. */
    private static String page(WeirProcess up) {
        return await().atMost(EventuallyEqual.DEADLINE)
                .until(
                        () -> up.log()
                                .lines()
                                .filter(line -> line.startsWith("page "))
                                .map(line -> line.replaceFirst("page +", ""))
                                .findFirst()
                                .orElse(""),
                        address -> address.endsWith("/"));
    }

    private static void fill(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (int i = 0; i < FILES; i++) {
            Files.writeString(directory.resolve("f" + i), "x");
        }
    }

    @Test
    void aPersonSeesWhatHappensAndGivesCommands() throws Exception {
        Path source = Files.createDirectories(folder.resolve("source"));
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        Path data = folder.resolve("data");
        Path config =
                Files.writeString(folder.resolve("config.yaml"), "applier:\n  sources:\n    - breaker.deletes: 20\n");
        fill(source.resolve("gone"));
        try (Browser browser = Browser.start();
                WeirProcess up = WeirProcess.start(
                        folder.resolve("log"),
                        "up",
                        "--source",
                        source.toString(),
                        "--replica",
                        one.toString(),
                        "--replica",
                        two.toString(),
                        "--data",
                        data.toString(),
                        "--config",
                        config.toString())) {
            EventuallyEqual.await(source, List.of(one, two), path -> false, List.of(up));
            String page = page(up);
            refusesStrangers(page);

            browser.open(page);
            browser.awaitText("#connection", "live");
            browser.awaitText("#verdict", "All 2 replicas are in step");
            browser.awaitText("#replicas .card", "one");
            browser.awaitText("#lag-plot .legend", "two/source");

            Files.writeString(source.resolve("<b>seen & said<b>.txt"), "x");
            browser.awaitText("#tail li", "<b>seen & said<b>.txt");
            browser.type("#tail-filter", "no such thing");
            browser.awaitNoText("#tail li", "seen");
            browser.type("#tail-filter", "seen");
            browser.awaitText("#tail li", "<b>seen & said<b>.txt");
            String pictures = System.getProperty("weir.pictures", "");
            if (!pictures.isEmpty()) {
                browser.type("#tail-filter", " ");
                browser.run("window.scrollTo(0, 0)");
                browser.picture(Path.of(pictures, "console.png"));
            }

            Shell.run(folder, "mv", source.resolve("gone").toString(), "moved away");
            browser.awaitText("#letters tr", "gone");
            browser.awaitText("#verdict", "need attention");
            browser.press("#letters tbody tr:first-child", "Approve");
            browser.press("#ask-dialog", "Do it");
            // The console's token is asked for once, and a wrong one is told.
            browser.awaitText("#token-dialog", "console.token");
            browser.type("#token", "wrong");
            browser.press("#token-dialog", "Unlock");
            browser.awaitText("#token-wrong", "not the token");
            browser.type("#token", Files.readString(data.resolve("console.token")));
            browser.press("#token-dialog", "Unlock");
            browser.awaitText("#notes", "1 held paths are made equal");
            await().atMost(EventuallyEqual.DEADLINE)
                    .until(() -> !Files.exists(one.resolve("gone")) || !Files.exists(two.resolve("gone")));
            browser.press("#letters tbody tr:first-child", "Approve");
            browser.press("#ask-dialog", "Do it");
            EventuallyEqual.await(source, List.of(one, two), path -> false, List.of(up));
            browser.awaitText("#letters", "None.");
            browser.awaitText("#verdict", "in step");

            browser.press("#replicas .card[data-component='applier/one/source']", "Pause");
            browser.press("#ask-dialog", "Do it");
            browser.awaitText("#replicas .card[data-component='applier/one/source']", "paused");
            Files.writeString(source.resolve("later.txt"), "x");
            EventuallyEqual.await(source, List.of(two), path -> false, List.of(up));
            browser.awaitText("#replicas .card[data-component='applier/one/source']", "wait");
            assertThat(one.resolve("later.txt")).doesNotExist();
            browser.press("#replicas .card[data-component='applier/one/source']", "Resume");
            EventuallyEqual.await(source, List.of(one), path -> false, List.of(up));

            browser.type("#path-path", "later.txt");
            browser.press("#path-form", "Explain");
            browser.awaitText("#path-answer", "equal since");
            browser.type("#path-path", "../secret");
            browser.press("#path-form", "Explain");
            browser.awaitText("#path-answer", "'..'");

            browser.size(390, 800);
            assertThat(browser.run(PHONE)).as("it fits a phone").isEqualTo(true);
            assertThat(browser.errors())
                    .filteredOn(error -> !error.contains("api/session"))
                    .isEmpty();

            up.terminate();
            browser.awaitText("#connection", "away");
        }
    }

    /** Questions are answered on this machine only, commands to who has the token only. */
    private static void refusesStrangers(String page) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest command = HttpRequest.newBuilder(URI.create(page + "api/replicas/one/baseline"))
                .POST(HttpRequest.BodyPublishers.ofString("source=source"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .build();
        assertThat(client.send(command, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(401);
        HttpRequest other =
                HttpRequest.newBuilder(URI.create(page + "api/nothing")).build();
        assertThat(client.send(other, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(404);
    }
}
