package io.weir.e2e;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The stages as separate processes on one broker, as on separate hosts: broker, agent, aggregator, two appliers. */
final class Stages implements AutoCloseable {
    private final Path folder;
    private final Map<String, WeirProcess> processes = new LinkedHashMap<>();

    private Stages(Path folder) {
        this.folder = folder;
    }

    /** Starts all of them below a folder. */
    static Stages start(Path folder) throws IOException {
        Stages stages = new Stages(folder);
        try {
            stages.launch();
            return stages;
        } catch (IOException e) {
            stages.close();
            throw e;
        }
    }

    private void launch() throws IOException {
        int kafka = freePort();
        int rsync = freePort();
        Files.createDirectories(source());
        Path secret = privateFile("secret", "not-so-secret\n");
        Path secrets = privateFile("rsyncd.secrets", "weir:not-so-secret\n");
        settings("agent", """
                agent:
                  state.dir: %s
                  sources:
                    - name: data
                      root: %s
                  rsyncd:
                    port: %d
                    secrets-file: %s
                """.formatted(folder.resolve("agent-state"), source(), rsync, secrets), kafka);
        settings("aggregator", "aggregator:\n  state.dir: " + folder.resolve("aggregator-state") + "\n", kafka);
        for (int i = 1; i <= 2; i++) {
            settings("applier-" + i, """
                    applier:
                      replica: replica-%d
                      sources:
                        - name: data
                          root: %s
                          url: rsync://weir@127.0.0.1:%d/data/
                          secrets.file: %s
                    """.formatted(i, replicas().get(i - 1), rsync, secret), kafka);
        }
        run("broker", "broker", "--data", folder.resolve("broker").toString(), "--port", Integer.toString(kafka));
        for (String stage : List.of("agent", "aggregator", "applier-1", "applier-2")) {
            run(
                    stage,
                    stage.replaceAll("-\\d$", ""),
                    "--config",
                    folder.resolve(stage + ".yaml").toString());
        }
    }

    private void run(String name, String... arguments) throws IOException {
        processes.put(name, WeirProcess.start(folder.resolve(name + ".log"), arguments));
    }

    private void settings(String stage, String text, int kafka) throws IOException {
        Files.writeString(
                folder.resolve(stage + ".yaml"), "kafka:\n  bootstrap.servers: 127.0.0.1:" + kafka + "\n" + text);
    }

    private Path privateFile(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The stages' names, in the direction of the data. */
    static List<String> names() {
        return List.of("agent", "broker", "aggregator", "applier-1");
    }

    Path source() {
        return folder.resolve("source");
    }

    List<Path> replicas() {
        return List.of(folder.resolve("replica-1"), folder.resolve("replica-2"));
    }

    /** Kills a stage and starts it again. */
    void killAndRestart(String stage) throws IOException, InterruptedException {
        WeirProcess process = processes.get(stage);
        if (process == null) {
            throw new IllegalArgumentException("no stage " + stage);
        }
        process.kill();
        process.restart();
    }

    /** See {@link EventuallyEqual}. */
    void awaitEqual() {
        EventuallyEqual.await(source(), replicas(), path -> false, List.copyOf(processes.values()));
    }

    @Override
    public void close() throws IOException {
        for (WeirProcess process : processes.values()) {
            process.close();
        }
    }
}
