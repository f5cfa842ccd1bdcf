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

    private Path source;
    private Path one;
    private Path two;

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
        source = Files.createDirectories(folder.resolve("source"));
        one = folder.resolve("one");
        two = folder.resolve("two");
        Path config =
                Files.writeString(folder.resolve("config.yaml"), "applier:\n  sources:\n    - breaker.deletes: 20\n");
        fill(source.resolve("gone"));
        try (Browser browser = Browser.start();
                WeirProcess up = WeirProcess.up(folder, source, List.of(one, two), "--config", config.toString())) {
            equal(up, one, two);
            String page = page(up);
            refusesStrangers(page);

            browser.open(page);
            browser.awaitText("#connection", "live");
            browser.awaitText("#verdict", "All 2 replicas are in step");
            browser.awaitText("#replicas .card", "one");
            browser.awaitText("#lag-plot .legend", "two/source");
            seesAChangeArrive(browser);
            letsDeletesThrough(browser, up);
            pausesAndResumes(browser, up);
            explainsAPath(browser);

            browser.size(390, 800);
            assertThat(browser.run(PHONE)).as("it fits a phone").isEqualTo(true);
            assertThat(browser.errors())
                    // The refused path of before, which the page told.
                    .filteredOn(error -> !error.contains("api/explain"))
                    .isEmpty();

            up.terminate();
            browser.awaitText("#connection", "away");
        }
    }

    private void equal(WeirProcess up, Path... replicas) throws Exception {
        EventuallyEqual.await(source, List.of(replicas), path -> false, List.of(up));
    }

    private void seesAChangeArrive(Browser browser) throws IOException {
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
    }

    /** A mass delete is held, and approved on the page, which asks for the console's token once and tells a wrong one. */
    private void letsDeletesThrough(Browser browser, WeirProcess up) throws Exception {
        Shell.run(folder, "mv", source.resolve("gone").toString(), "moved away");
        browser.awaitText("#letters tr", "gone");
        browser.awaitText("#verdict", "attention");
        browser.press("#letters tbody tr:first-child", "Approve");
        browser.press("#ask-dialog", "Do it");
        browser.awaitText("#token-dialog", "console.token");
        browser.type("#token", "wrong");
        browser.press("#token-dialog", "Unlock");
        browser.awaitText("#token-wrong", "not the token");
        browser.type("#token", Files.readString(folder.resolve("data/console.token")));
        browser.press("#token-dialog", "Unlock");
        browser.awaitText("#notes", "1 held paths are made equal");
        await().atMost(EventuallyEqual.DEADLINE)
                .until(() -> !Files.exists(one.resolve("gone")) || !Files.exists(two.resolve("gone")));
        browser.awaitCount("#letters tbody tr", 1);
        browser.press("#letters tbody tr:first-child", "Approve");
        browser.press("#ask-dialog", "Do it");
        equal(up, one, two);
        browser.awaitText("#letters", "None.");
        browser.awaitText("#verdict", "in step");
    }

    private void pausesAndResumes(Browser browser, WeirProcess up) throws Exception {
        String card = "#replicas .card[data-component='applier/one/source']";
        browser.press(card, "Pause");
        browser.press("#ask-dialog", "Do it");
        browser.awaitText(card, "paused");
        Files.writeString(source.resolve("later.txt"), "x");
        equal(up, two);
        browser.awaitText(card, "waits");
        assertThat(one.resolve("later.txt")).doesNotExist();
        browser.press(card, "Resume");
        equal(up, one);
    }

    private static void explainsAPath(Browser browser) {
        browser.type("#path-path", "later.txt");
        browser.press("#path-form", "Explain");
        browser.awaitText("#path-answer", "one: ");
        browser.type("#path-path", "../secret");
        browser.press("#path-form", "Explain");
        browser.awaitText("#path-answer", "'..'");
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
