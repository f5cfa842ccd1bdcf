package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.e2e.WeirProcess.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.Uuid;

/** Kafka's own server on an address of its own, for scenarios with hosts: {@code weir broker} listens on loopback only. */
final class PlainBroker {
    private PlainBroker() {}

    /** Formats its directory, starts it and creates the topics. */
    static WeirProcess start(StagesPlan plan, int port) throws IOException {
        Path properties = Files.writeString(plan.folder().resolve("server.properties"), """
                process.roles=broker,controller
                node.id=1
                log.dirs=%1$s
                listeners=CLIENT://%2$s:%3$d,CONTROLLER://127.0.0.1:%4$d
                advertised.listeners=CLIENT://%2$s:%3$d
                listener.security.protocol.map=CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT
                inter.broker.listener.name=CLIENT
                controller.listener.names=CONTROLLER
                controller.quorum.voters=1@127.0.0.1:%4$d
                auto.create.topics.enable=false
                offsets.topic.replication.factor=1
                offsets.topic.num.partitions=1
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                share.coordinator.state.topic.replication.factor=1
                share.coordinator.state.topic.min.isr=1
                default.replication.factor=1
                min.insync.replicas=1
                group.initial.rebalance.delay.ms=0
                """.formatted(
                        plan.folder().resolve("broker"), plan.kafkaHost(), port, port == 9093 ? 9094 : 9093));
        run(
                plan.folder().resolve("format.log"),
                Surroundings.PLAIN.running("kafka.tools.StorageTool"),
                "format",
                "-t",
                Uuid.randomUuid().toString(),
                "-c",
                properties.toString());
        Surroundings host = plan.surroundings("broker");
        WeirProcess broker = WeirProcess.start(
                plan.folder().resolve("broker.log"), host.running("kafka.Kafka"), properties.toString());
        try {
            // It asks until the broker answers, for as long as its own deadline.
            run(
                    plan.folder().resolve("topics.log"),
                    host,
                    "topics",
                    "create",
                    "--config",
                    plan.settingsFile("agent").toString());
            return broker;
        } catch (IOException | AssertionError e) {
            broker.close();
            throw e;
        }
    }

    private static void run(Path log, Surroundings surroundings, String... arguments) throws IOException {
        try {
            WeirProcess.Ended ended = WeirProcess.run(log, surroundings, arguments);
            assertThat(ended.exit()).as(ended.output()).isZero();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while preparing a broker", e);
        }
    }
}
