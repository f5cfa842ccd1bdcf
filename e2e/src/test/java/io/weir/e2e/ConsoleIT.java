package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** The page of a running pipeline in a real browser: what a person sees and does there. */
@Tag("extended")
@Order(Integer.MAX_VALUE)
class ConsoleIT {
    private static final int FILES = 40;
    private static final String WIDER_THAN_THE_WINDOW =
            "return document.documentElement.scrollWidth > window.innerWidth";
    /** Controls that a screen reader could only call by what they are. */
    private static final String NAMELESS = "return [...document.querySelectorAll('button, input, select, textarea, a')]"
            + ".filter(each => !each.textContent.trim() && !each.labels?.length && !each.ariaLabel)"
            + ".map(each => each.outerHTML)";

    private static final String COMMANDS =
            "return [...document.querySelectorAll('#flow-part button, #work-part button')]"
                    + ".filter(each => !each.disabled).length";
    private static final String BACKGROUND = "return getComputedStyle(document.body).backgroundColor";
    private static final String ONE = "#replicas .card[data-component='applier/one/source']";
    private static final Pattern LAG = Pattern.compile("one/source: ([0-9.]+) (ms|s)");

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
        Path config = Files.writeString(
                folder.resolve("config.yaml"),
                "applier:\n  status.interval: 1 s\n  sources:\n    - breaker.deletes: 20\n      verify.settle: 3 s\n");
        fill(source.resolve("gone"));
        Files.createDirectory(source.resolve("locked"));
        try (Browser browser = Browser.start();
                WeirProcess up = WeirProcess.up(folder, source, List.of(one, two), "--config", config.toString())) {
            String page = page(up);
            // The first start's rescan of the source, which may come late, would repair what is planted.
            InProcess.weir(folder.resolve("data"), 0, "checkpoint", "create", "--wait");
            equal(up, one, two);
            refusesStrangers(page);

            browser.open(page);
            browser.awaitText("#connection", "live");
            browser.awaitText("#verdict", "All 2 replicas are in step");
            browser.awaitText("#replicas .card", "one");
            browser.awaitText("#lag-plot .legend", "two/source");
            seesAChangeArrive(browser);
            letsDeletesThrough(browser, up);
            try (Immutable locked = new Immutable(two.resolve("locked"))) {
                Files.writeString(source.resolve("locked/new.txt"), "x");
                pausesAndResumesWithoutAMouse(browser, up);
                findsAPath(browser);
                verifiesAndRepairs(browser, up);
                replays(browser, up);
                findsNoDrift(browser);
                retriesADeadLetter(browser, up, locked);
            }
            fitsEverybody(browser);
            assertThat(browser.errors())
                    // The refused path of before, which the page told.
                    .filteredOn(error -> !error.contains("api/explain") && !error.contains("api/history"))
                    .isEmpty();

            onlyShowsWithoutAToken(browser);
            browser.open(page);
            browser.awaitText("#verdict", "in step");
            up.terminate();
            isAway(browser);
            browser.type("#path-path", "later.txt");
            browser.press("#path-form", "Search");
            browser.awaitText("#path-answer", "the console does not answer; is it running?");
        }
    }

    /** Another console, which goes and comes back. */
    private void onlyShowsWithoutAToken(Browser browser) throws Exception {
        String data = folder.resolve("data").toString();
        String port = Integer.toString(freePort());
        try (WeirProcess reader =
                WeirProcess.start(folder.resolve("reader.log"), "console", "--data", data, "--port", port)) {
            await().atMost(EventuallyEqual.DEADLINE).until(() -> reader.log().contains("The console is at"));
            browser.open("http://127.0.0.1:" + port + "/");
            browser.awaitText("#read-only", "read-only: commands need console.token");
            browser.awaitText("#verdict", "in step");
            await("buttons are off")
                    .atMost(EventuallyEqual.DEADLINE)
                    .until(() -> Long.valueOf(0).equals(browser.run(COMMANDS)));
            reader.terminate();
            isAway(browser);
            reader.awaitExit();
            reader.restart();
            browser.awaitText("#connection", "live");
            browser.awaitText("#verdict", "in step");
        }
    }

    private static void isAway(Browser browser) {
        browser.awaitText("#connection", "away");
        browser.awaitText("#verdict", "No answer from the console since 20");
        assertThat(browser.run("return document.getElementById('verdict').className + document.body.className"))
                .isEqualTo("badaway");
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private void equal(WeirProcess up, Path... replicas) throws Exception {
        equal(up, "", replicas);
    }

    private void equal(WeirProcess up, String skipped, Path... replicas) throws Exception {
        EventuallyEqual.await(source, List.of(replicas), path -> path.toString().equals(skipped), List.of(up));
    }

    private void seesAChangeArrive(Browser browser) throws IOException {
        Files.writeString(source.resolve("<b>seen & said<b>.txt"), "x");
        browser.awaitText("#tail li", "<b>seen & said<b>.txt");
        browser.type("#tail-filter", "no such thing");
        browser.awaitNoText("#tail li", "seen");
        browser.type("#tail-filter", "seen");
        browser.awaitText("#tail li", "<b>seen & said<b>.txt");
        browser.type("#tail-filter", " ");
    }

    /** For the documentation, when a directory for them is given. */
    private static void picture(Browser browser, String name, String from) throws IOException {
        String pictures = System.getProperty("weir.pictures", "");
        if (!pictures.isEmpty()) {
            browser.run("document.getElementById('notes').replaceChildren(); document.querySelector('" + from
                    + "').scrollIntoView()");
            browser.picture(Path.of(pictures, name));
        }
    }

    /** A mass delete is held, and approved on the page, which asks for the console's token once and tells a wrong one. */
    private void letsDeletesThrough(Browser browser, WeirProcess up) throws Exception {
        Shell.run(folder, "mv", source.resolve("gone").toString(), "moved away");
        browser.awaitText("#letters tr", "gone");
        browser.awaitText("#verdict", "attention");
        browser.awaitText("#verdict a", "applier/");
        browser.awaitText("#verdict", "held)");
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

    private void pausesAndResumesWithoutAMouse(Browser browser, WeirProcess up) throws Exception {
        browser.tabTo("Pause");
        browser.key(Keys.ENTER);
        browser.awaitText("#ask-title", "Pause one");
        browser.key(Keys.ENTER);
        browser.awaitText(ONE, "paused");
        Files.writeString(source.resolve("later.txt"), "x");
        equal(up, "locked", two);
        browser.awaitText(ONE, "waits");
        assertThat(one.resolve("later.txt")).doesNotExist();
        await("lag grows").atMost(EventuallyEqual.DEADLINE).until(() -> lagMillis(browser) > 1000);
        double before = lagMillis(browser);
        await("lag grows on").atMost(EventuallyEqual.DEADLINE).until(() -> lagMillis(browser) > before);

        // The button that has the focus is another one by now.
        browser.key(Keys.ENTER);
        browser.awaitText("#runs .card", "Resume: one of source");
        equal(up, one);
        await("nothing waits").atMost(EventuallyEqual.DEADLINE).until(() -> lagMillis(browser) == 0);
    }

    /** How far replica one is behind, as the plot's legend has it. */
    private static double lagMillis(Browser browser) {
        Matcher lag = LAG.matcher(String.join(" ", browser.texts("#lag-plot .legend")));
        return lag.find() ? Double.parseDouble(lag.group(1)) * (lag.group(2).equals("s") ? 1000 : 1) : -1;
    }

    private static void findsAPath(Browser browser) {
        browser.type("#path-path", "../secret");
        browser.press("#path-form", "Search");
        browser.awaitText("#path-answer", "'..'");
        browser.awaitNoText("#path-history", "'..'");
        browser.type("#path-path", "gone");
        browser.press("#path-form", "Search");
        browser.awaitText("#path-history tbody tr", "delete");
        browser.awaitText("#path-answer", "At the source: it does not exist, deleted");
        browser.awaitText("#path-answer", "absent there too");
        browser.type("#path-path", "never/was.txt");
        browser.press("#path-form", "Search");
        browser.awaitText("#path-answer", "nothing was observed of this name itself");
        browser.type("#path-path", "later.txt");
        browser.key(Keys.ENTER);
        browser.awaitText("#path-answer", "one: equal since");
        browser.awaitText("#path-history tbody tr", "later.txt");
    }

    /** Drift that is planted into a replica is shown, once made equal, and then no more. */
    private void verifiesAndRepairs(Browser browser, WeirProcess up) throws Exception {
        Files.writeString(one.resolve("later.txt"), "longer than it was");
        Files.writeString(one.resolve("stranger"), "x");
        browser.choose("#verify-replica", "one of source");
        browser.choose("#verify-level", "content of all files too");
        browser.click("#verify-repair");
        browser.press("#verify-form", "Verify");
        browser.awaitText("#ask-title", "Verify and repair one");
        browser.press("#ask-dialog", "Do it");
        browser.awaitText("#verify-answer", "content of all files too");
        browser.awaitText("#verify-answer", "looked at again");
        browser.awaitText("#verify-answer .chip", "drift");
        browser.awaitText("#verify-answer tbody tr", "stranger");
        browser.awaitText("#verify-answer tbody tr", "later.txt");
        browser.awaitText("#verify-answer", "being made equal");
        browser.awaitText("#verify-answer", "repaired 2 of 2 at 20");
        browser.awaitText("#verify-answer .chip", "drift, repaired");
        equal(up, one);
        browser.press("#verify-answer", "Verify again");
        browser.awaitText("#verify-answer", "no drift in");
    }

    private static void findsNoDrift(Browser browser) {
        browser.click("#verify-repair");
        browser.choose("#verify-level", "names and attributes");
        browser.type("#verify-paths", "later.txt");
        browser.press("#verify-form", "Verify");
        browser.awaitText("#verify-answer", "no drift in 1 entries");
    }

    /** What was lost at a replica is brought back by the hour in which it came. */
    private void replays(Browser browser, WeirProcess up) throws Exception {
        Files.delete(one.resolve("later.txt"));
        browser.choose("#replay-replica", "one of source");
        browser.type("#replay-from", "1h");
        browser.type("#replay-glob", "later.txt");
        browser.press("#replay-form", "Show what it would be");
        browser.awaitText("#replay-answer tbody tr", "later.txt");
        browser.awaitText("#replay-answer", "nothing was changed");
        picture(browser, "console-work.png", "#letters-part");
        assertThat(one.resolve("later.txt")).doesNotExist();

        browser.press("#replay-answer", "Replay it");
        browser.awaitText("#ask-text", "offsets");
        browser.press("#ask-dialog", "Do it");
        browser.awaitText("#replay-answer", "are reconciled");
        equal(up, one);
        browser.awaitText("#runs .card", "Replay: one of source");
    }

    private void retriesADeadLetter(Browser browser, WeirProcess up, Immutable locked) throws Exception {
        if (locked.isSet()) {
            // By then its own next try is minutes away.
            browser.awaitText("#letters tr", "tried 3 times");
            assertThat(two.resolve("locked/new.txt")).doesNotExist();
            locked.close();
            browser.press("#letters tbody tr:first-child", "Retry");
            browser.press("#ask-dialog", "Do it");
            browser.awaitText("#runs .card", "1 failed paths are tried again");
        }
        equal(up, one, two);
        browser.awaitText("#letters", "None.");
        browser.awaitText("#verdict", "in step");
    }

    /** On a desk and on a phone, by day and by night, for eyes and for screen readers. */
    private static void fitsEverybody(Browser browser) throws IOException {
        assertThat(browser.run(NAMELESS)).as("controls without a name").isEqualTo(List.of());
        picture(browser, "console.png", "header");
        Object byDay = browser.run(BACKGROUND);
        browser.scheme("dark");
        assertThat(browser.run(BACKGROUND)).isNotEqualTo(byDay);
        picture(browser, "console-dark.png", "header");
        browser.size(390, 800);
        assertThat(browser.run(WIDER_THAN_THE_WINDOW)).as("it fits a phone").isEqualTo(false);
        picture(browser, "console-phone.png", "#work-part");
        browser.scheme("light");
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
