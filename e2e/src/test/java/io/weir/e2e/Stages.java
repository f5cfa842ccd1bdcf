package io.weir.e2e;

import io.weir.schemas.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** The stages as separate processes on one broker, as on separate hosts: broker, agent, aggregator, two appliers. */
final class Stages implements AutoCloseable {
    private static final List<String> AFTER_BROKER = List.of("agent", "aggregator", "applier-1", "applier-2");

    private final StagesPlan plan;
    private final Map<String, WeirProcess> processes = new LinkedHashMap<>();

    private Stages(StagesPlan plan) {
        this.plan = plan;
    }

    /** Starts all of them as planned. */
    static Stages start(StagesPlan plan) throws IOException {
        Stages stages = new Stages(plan);
        try {
            stages.launch();
            return stages;
        } catch (IOException | RuntimeException | AssertionError e) {
            stages.close();
            throw e;
        }
    }

    private void launch() throws IOException {
        int kafka = Ports.free();
        Files.createDirectories(source());
        plan.writeSettings(kafka);
        if (plan.kafkaHost().equals(StagesPlan.LOOPBACK)) {
            run("broker", "broker", "--data", brokerData().toString(), "--port", Integer.toString(kafka));
            // Stages give up when Kafka is not there for a minute after their start.
            process("broker").awaitRunning();
        } else {
            processes.put("broker", PlainBroker.start(plan, kafka));
        }
        for (String stage : AFTER_BROKER) {
            run(
                    stage,
                    stage.replaceAll("-\\d$", ""),
                    "--config",
                    plan.settingsFile(stage).toString());
        }
        processes.values().stream().skip(1).forEach(WeirProcess::awaitRunning);
    }

    private void run(String name, String... arguments) throws IOException {
        processes.put(
                name, WeirProcess.start(plan.folder().resolve(name + ".log"), plan.surroundings(name), arguments));
    }

    /** The stages' names, in the direction of the data. */
    static List<String> names() {
        return List.of("agent", "broker", "aggregator", "applier-1");
    }

    Path source() {
        return plan.source();
    }

    List<Path> replicas() {
        return plan.replicas();
    }

    /** Where the broker keeps its log. */
    Path brokerData() {
        return plan.folder().resolve("broker");
    }

    /** What is in the topics. */
    Records records() {
        return new Records(plan.settingsFile("agent"));
    }

    /** One of them. */
    WeirProcess process(String stage) {
        WeirProcess process = processes.get(stage);
        if (process == null) {
            throw new IllegalArgumentException("no stage " + stage);
        }
        return process;
    }

    /** All of them, for the logs. */
    List<WeirProcess> processes() {
        return List.copyOf(processes.values());
    }

    /** Kills a stage and starts it again; returns when it runs. */
    void killAndRestart(String stage) throws IOException, InterruptedException {
        process(stage).kill();
        process(stage).restart();
        process(stage).awaitRunning();
    }

    /** Stops a stage in order and starts it again; returns when it runs. */
    void restart(String stage) throws IOException {
        process(stage).close();
        process(stage).restart();
        process(stage).awaitRunning();
    }

    /** The position file of a replica (1 or 2). */
    String position(int replica) throws IOException {
        return Files.readString(replicas().get(replica - 1).resolve(".weir/position"));
    }

    /** Waits until a replica (1 or 2) has finished a batch since it had this position. */
    void awaitPositionBehind(int replica, String before) {
        Awaitility.await("progress of replica " + replica)
                .atMost(EventuallyEqual.DEADLINE)
                .ignoreExceptionsInstanceOf(NoSuchFileException.class)
                .until(() -> !position(replica).equals(before));
    }

    /** See {@link EventuallyEqual}. */
    void awaitEqual() {
        EventuallyEqual.await(source(), replicas(), path -> false, processes());
    }

    /** The same for one replica (1 or 2) only, while some stages may be down. */
    void awaitEqual(int replica, String... down) {
        List<WeirProcess> up = processes.entrySet().stream()
                .filter(each -> !List.of(down).contains(each.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        EventuallyEqual.await(source(), List.of(replicas().get(replica - 1)), path -> false, up);
    }

    /** Waits until a component says something; fails with what it said last. */
    void awaitStatus(String component, Predicate<Status> wanted) {
        Status[] last = new Status[1];
        try {
            Awaitility.await("status of " + component)
                    .atMost(EventuallyEqual.DEADLINE)
                    .pollInterval(Duration.ofMillis(250))
                    .until(() -> {
                        last[0] = records().statuses().get(component);
                        return last[0] != null && wanted.test(last[0]);
                    });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + "; it says " + last[0], e);
        }
    }

    /** Stops all side by side, the broker last: the others want to tell it. */
    @Override
    public void close() throws IOException {
        IOException failure = null;
        AFTER_BROKER.stream().map(processes::get).filter(Objects::nonNull).forEach(WeirProcess::terminate);
        List<WeirProcess> all = new ArrayList<>(processes.values());
        Collections.reverse(all);
        for (WeirProcess process : all) {
            try {
                process.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
