package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.cli.Main;
import io.weir.service.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A site without a Kafka of its own, as docs/small-site.md sets it up: {@code weir server}, and the others with the bundles that it
 * made for them. Each host is a directory. Used by one thread.
 */
final class SmallSite implements AutoCloseable {
    private final Path folder;
    private final int port;
    private final int console = Ports.free();
    private final Path secret;
    private final Path secrets;
    private final Map<String, WeirProcess> processes = new LinkedHashMap<>();

    private SmallSite(Path folder, int port) throws IOException {
        this.folder = folder;
        this.port = port;
        secret = privateFile("rsync.secret", "not-so-secret\n");
        secrets = privateFile("rsyncd.secrets", "weir:not-so-secret\n");
    }

    /** Sets a server up, which does not run yet. */
    static SmallSite setUp(Path folder) throws IOException {
        SmallSite site = new SmallSite(folder, Ports.free());
        site.weir("server", "init", "--host", "127.0.0.1", "--port", String.valueOf(site.port));
        Path settings = site.directory().resolve("server.yaml");
        // Several of them run side by side.
        String init = Files.readString(settings).replace("console.port: 8630", "console.port: " + site.console);
        Files.writeString(settings, init + "aggregator.name: server\naggregator.status.interval: 500 ms\n");
        return site;
    }

    private Path privateFile(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /** The server's directory. */
    Path directory() {
        return folder.resolve("server");
    }

    /** What the API of its web page says of all components. */
    String page() throws IOException, InterruptedException {
        URI status = URI.create("http://127.0.0.1:" + console + "/api/status");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(status).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** Where other hosts reach it. */
    String servers() {
        return "127.0.0.1:" + port;
    }

    /** Runs a command that must be successful, on the server's directory when it is a command of the server; what it says. */
    String weir(String... arguments) {
        return weir(ExitCode.OK, arguments);
    }

    /** The same for one that ends otherwise. */
    String weir(ExitCode expected, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        if (arguments[0].equals("server")) {
            all.addAll(List.of("--dir", directory().toString()));
        }
        StringWriter said = new StringWriter();
        int exit = Main.run(new PrintWriter(said), new PrintWriter(said), all.toArray(String[]::new));
        assertThat(exit).as("weir %s: %s", all, said).isEqualTo(expected.number());
        return said.toString();
    }

    /** Starts the server; returns when it runs. */
    WeirProcess startServer() throws IOException {
        WeirProcess server = start("server", "server", "--dir", directory().toString());
        server.awaitRunning();
        return server;
    }

    /** Starts another process of the site. */
    WeirProcess start(String log, String... arguments) throws IOException {
        WeirProcess process = WeirProcess.start(folder.resolve(log + ".log"), arguments);
        processes.put(log, process);
        return process;
    }

    /** Lets a host in and brings it its bundle, with lines of its own at the end of the settings; where those are. */
    Path enroll(String role, String name, String lines) throws IOException {
        Path host = folder.resolve(role + "-" + name);
        weir("server", "enroll", role, name, "--to", host.toString());
        Path bundle = directory().resolve("clients").resolve(role + "-" + name);
        Files.createDirectory(host);
        try (Stream<Path> files = Files.list(bundle)) {
            for (Path each : files.toList()) {
                Files.copy(each, host.resolve(each.getFileName()));
            }
        }
        Path settings = host.resolve(role + ".yaml");
        Files.writeString(settings, lines, StandardOpenOption.APPEND);
        return settings;
    }

    /** Starts an agent with these sources, each in a directory of its name; where its rsync daemon listens. */
    int startAgent(String name, String... sources) throws IOException {
        int rsync = Ports.free();
        StringBuilder lines = new StringBuilder("agent.state.dir: " + folder.resolve("agent-state-" + name) + "\n");
        lines.append("agent.status.interval: 500 ms\n");
        lines.append("agent.rsyncd.port: " + rsync + "\nagent.rsyncd.secrets-file: " + secrets + "\nagent.sources:\n");
        for (String source : sources) {
            lines.append("  - name: " + source + "\n    root: " + Files.createDirectories(source(source)) + "\n");
        }
        Path settings = enroll("agent", name, lines.toString());
        start("agent-" + name, "agent", "--config", settings.toString());
        return rsync;
    }

    /** The directory of a source. */
    Path source(String name) {
        return folder.resolve("sources").resolve(name);
    }

    /** The directory of a replica's source. */
    Path replica(String replica, String source) {
        return folder.resolve("replicas").resolve(replica).resolve(source);
    }

    /** What an applier takes of an agent's source, as an entry of {@code applier.sources}. */
    String taking(String replica, String source, int rsync, String options) {
        return """
                  - name: %s
                    root: %s
                    url: rsync://weir@127.0.0.1:%d/%s/
                    secrets.file: %s
                """.formatted(source, replica(replica, source), rsync, source, secret) + options.indent(4);
    }

    /** Starts the applier of a replica that takes these. */
    WeirProcess startApplier(String replica, String... taken) throws IOException {
        String lines = "applier.state.dir: " + folder.resolve("applier-state-" + replica)
                + "\napplier.status.interval: 500 ms\napplier.sources:\n" + String.join("", taken);
        Path settings = enroll("applier", replica, lines);
        return start("applier-" + replica, "applier", "--config", settings.toString());
    }

    /** Starts another aggregator beside the server's. */
    WeirProcess startAggregator(String name) throws IOException {
        Path settings = enroll("aggregator", name, """
                aggregator.name: %s
                aggregator.status.interval: 500 ms
                aggregator.state.dir: %s
                """.formatted(name, folder.resolve("aggregator-state-" + name)));
        return start("aggregator-" + name, "aggregator", "--config", settings.toString());
    }

    /** Puts something in the place of something else in the settings of a host. */
    void change(String role, String name, String old, String other) throws IOException {
        Path settings = folder.resolve(role + "-" + name).resolve(role + ".yaml");
        String text = Files.readString(settings);
        assertThat(text).contains(old);
        Files.writeString(settings, text.replace(old, other));
    }

    /** Stops a process and starts it again; returns when it runs. */
    void restart(String log) throws IOException {
        WeirProcess process = processes.get(log);
        assertThat(process).as(log).isNotNull();
        process.close();
        process.restart();
        process.awaitRunning();
    }

    /** All that was started. */
    List<WeirProcess> processes() {
        return List.copyOf(processes.values());
    }

    /** Stops all, the server last: the others want to tell it. */
    @Override
    public void close() throws IOException {
        List<WeirProcess> all = new ArrayList<>(processes.values());
        Collections.reverse(all);
        all.stream().limit(Math.max(0, all.size() - 1)).forEach(WeirProcess::terminate);
        for (WeirProcess process : all) {
            process.close();
        }
    }
}
