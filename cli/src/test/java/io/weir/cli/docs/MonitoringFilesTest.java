package io.weir.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.weir.cli.Main;
import io.weir.cli.embedded.AllInOne;
import io.weir.cli.embedded.Layout;
import io.weir.cli.embedded.UpSettings;
import io.weir.service.FaultLatch;
import io.weir.service.HealthRegistry;
import io.weir.service.HealthServer;
import io.weir.service.Setting;
import io.weir.service.SettingsFile;
import io.weir.service.SettingsNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard, the alerts and the page of metrics name what a pipeline serves, by what one that runs does serve. */
@Timeout(600)
class MonitoringFilesTest {
    private static final Duration DEADLINE = Duration.ofSeconds(Integer.getInteger("weir.deadline.seconds", 180));
    private static final Path DEPLOY = Path.of("../deploy");
    private static final Pattern SERVED = Pattern.compile("^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)\\})? \\S+$");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"");
    /** What Prometheus adds to all that it scrapes. */
    private static final Set<String> ADDED = Set.of("job", "instance");

    private static final Setting<String> ALERT = Setting.requiredText("alert", "");
    private static final Setting<String> EXPR = Setting.requiredText("expr", "");
    private static final Setting<String> FOR = Setting.requiredText("for", "");
    private static final Setting<String> SEVERITY = Setting.requiredText("labels.severity", "");
    private static final Setting<String> SUMMARY = Setting.requiredText("annotations.summary", "");
    private static final Setting<String> RUNBOOK = Setting.requiredText("annotations.runbook", "");

    @TempDir
    static Path folder;

    /** Labels by metric. */
    private static final Map<String, Set<String>> METRICS = new HashMap<>();

    private record Alert(String name, String expr, String severity, String summary, String runbook) {}

    @BeforeAll
    static void scrape() throws Exception {
        Path source = Files.createDirectory(folder.resolve("source"));
        Path replica = folder.resolve("replica");
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        HealthRegistry health = new HealthRegistry();
        Layout layout = Layout.of(source, List.of(replica), folder.resolve("data"));
        try (HealthServer server = new HealthServer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        Optional.empty(),
                        health,
                        registry);
                AllInOne all = new AllInOne(
                        layout, UpSettings.read(layout, Optional.empty()), 0, registry, health, new FaultLatch())) {
            server.start();
            all.start();
            Files.writeString(source.resolve("file"), "content");
            await("the file").atMost(DEADLINE).until(() -> Files.exists(replica.resolve("file")));
            await("what is counted of it").atMost(DEADLINE).untilAsserted(() -> {
                String page = page(server.port());
                METRICS.clear();
                page.lines().filter(line -> !line.startsWith("#")).forEach(MonitoringFilesTest::take);
                assertThat(METRICS).containsKeys("weir_applier_updated_total", "weir_aggregator_batches_total");
            });
        }
    }

    private static String page(int port) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static void take(String line) {
        Matcher served = SERVED.matcher(line);
        assertThat(served.matches()).as("a line of /metrics: %s", line).isTrue();
        Set<String> labels = METRICS.computeIfAbsent(served.group(1), key -> new TreeSet<>());
        if (served.group(2) != null) {
            Matcher label = LABEL.matcher(served.group(2));
            while (label.find()) {
                labels.add(label.group(1));
            }
        }
    }

    /** All labels that the metrics of a query have; fails when it names what is not served. */
    private static Set<String> check(String query) {
        PromQl named = PromQl.of(query);
        assertThat(named.labels()).as("metrics of: %s", query).isNotEmpty();
        Set<String> all = new TreeSet<>(ADDED);
        named.labels().forEach((metric, labels) -> {
            if (!metric.equals("up")) {
                assertThat(METRICS).as("served for: %s", query).containsKey(metric);
                all.addAll(METRICS.getOrDefault(metric, Set.of()));
            }
            Set<String> known = new TreeSet<>(ADDED);
            known.addAll(METRICS.getOrDefault(metric, Set.of()));
            assertThat(known).as("labels of %s in: %s", metric, query).containsAll(labels);
        });
        assertThat(all).as("labels of: %s", query).containsAll(named.grouped());
        return all;
    }

    private static List<String> found(String pattern, String text) {
        List<String> found = new ArrayList<>();
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    private static List<Alert> alerts() {
        return SettingsFile.read(DEPLOY.resolve("prometheus/weir-alerts.yaml"), root -> {
            List<Alert> alerts = new ArrayList<>();
            for (SettingsNode group : root.sections("groups")) {
                group.get(Setting.requiredText("name", ""));
                for (SettingsNode rule : group.sections("rules")) {
                    assertThat(rule.get(FOR)).matches("[0-9]+[smhd]");
                    alerts.add(new Alert(
                            rule.get(ALERT), rule.get(EXPR), rule.get(SEVERITY), rule.get(SUMMARY), rule.get(RUNBOOK)));
                }
            }
            return alerts;
        });
    }

    @Test
    void alertsAskForWhatIsServedAndSayWhatToRun() {
        StringWriter help = new StringWriter();
        PrintWriter out = new PrintWriter(help);
        assertThat(Main.run(out, out, "--help")).isZero();
        List<Alert> alerts = alerts();

        assertThat(alerts).extracting(Alert::name).doesNotHaveDuplicates().hasSizeGreaterThan(10);
        for (Alert each : alerts) {
            assertThat(each.name()).startsWith("Weir");
            assertThat(each.severity()).isIn("critical", "warning", "info");
            Set<String> labels = check(each.expr());
            assertThat(labels).as(each.name()).containsAll(found("\\$labels\\.(\\w+)", each.summary()));
            List<String> commands = found("`weir ([a-z]+)", each.runbook());
            assertThat(commands).as("what to run for %s", each.name()).isNotEmpty();
            commands.forEach(
                    command -> assertThat(help.toString()).containsPattern("(?m)^  " + Pattern.quote(command) + "\\b"));
        }
    }

    @Test
    void theDashboardShowsWhatIsServed() throws Exception {
        String text = Files.readString(DEPLOY.resolve("grafana/weir.json"));
        Map<String, List<String>> fields = new HashMap<>();
        try (JsonParser json = new JsonFactory().createParser(text)) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token.isScalarValue()) {
                    fields.computeIfAbsent(String.valueOf(json.currentName()), key -> new ArrayList<>())
                            .add(json.getText());
                }
            }
        }
        List<String> queries = fields.getOrDefault("expr", List.of());
        Set<String> labels = new HashSet<>();
        queries.forEach(query -> labels.addAll(check(query)));

        assertThat(queries).hasSizeGreaterThan(20);
        assertThat(labels)
                .containsAll(
                        found("\\{\\{(\\w+)\\}\\}", String.join(" ", fields.getOrDefault("legendFormat", List.of()))));
        for (String variable : fields.getOrDefault("definition", List.of())) {
            Matcher values = Pattern.compile("label_values\\((\\w+), (\\w+)\\)").matcher(variable);
            assertThat(values.matches()).as(variable).isTrue();
            assertThat(METRICS.get(values.group(1))).contains(values.group(2));
        }
        assertThat(fields.get("uid"))
                .as("one dashboard, whose queries go where the variable says")
                .containsOnlyOnce("weir")
                .allMatch(uid -> uid.equals("weir") || uid.equals("${datasource}"));
        assertThat(fields.get("id")).doesNotHaveDuplicates();
    }

    @Test
    void theScrapeExampleHasTheAlerts() throws Exception {
        assertThat(Files.readString(DEPLOY.resolve("prometheus/prometheus.yaml")))
                .contains("weir-alerts.yaml", "metrics_path: /metrics", "credentials_file:");
    }

    @Test
    void thePageOfMetricsHasEveryOneOfOurs() throws Exception {
        String page = Files.readString(Path.of("../docs/metrics.md"));
        Set<String> named = new TreeSet<>();
        for (String name : found("\\| `([a-z.]+)`", page)) {
            named.add(name.replace('.', '_'));
        }

        assertThat(METRICS.keySet().stream()
                        .filter(each -> each.startsWith("weir_"))
                        .map(each -> each.replaceAll("_(?:seconds_)?(?:total|bucket|count|sum|max|seconds)$", "")
                                .replaceAll("_(?:seconds|bytes)$", "")))
                .isNotEmpty()
                .allSatisfy(each -> assertThat(named).anyMatch(name -> name.equals(each) || name.startsWith(each)));
    }
}
