package io.weir.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KafkaSettingsTest {
    private static KafkaSettings parse(String yaml) {
        return SettingsFile.parse("weir.yaml", yaml, name -> null, KafkaSettings::read);
    }

    @Test
    void rawSettingsPassThroughAndTheNarrowerWins() {
        KafkaSettings kafka = parse("""
                topics.prefix: mine
                kafka:
                  bootstrap.servers: a:1,b:2
                  security.protocol: SASL_SSL
                  my.plugin.key: x
                  client.id: all
                  producer:
                    linger.ms: 3
                    client.id: writer
                """);
        assertThat(kafka.topicPrefix()).isEqualTo("mine");
        assertThat(kafka.common())
                .containsOnly(
                        Map.entry("security.protocol", "SASL_SSL"),
                        Map.entry("my.plugin.key", "x"),
                        Map.entry("client.id", "all"));
        assertThat(kafka.producer(Map.of("acks", "all", "linger.ms", 0, "client.id", "ours")))
                .containsOnly(
                        Map.entry("bootstrap.servers", "a:1,b:2"),
                        Map.entry("security.protocol", "SASL_SSL"),
                        Map.entry("my.plugin.key", "x"),
                        Map.entry("client.id", "writer"),
                        Map.entry("linger.ms", "3"),
                        Map.entry("acks", "all"));
        assertThat(kafka.consumer(Map.of())).containsEntry("client.id", "all").doesNotContainKey("linger.ms");
    }

    @Test
    void whatThePromisesRestOnIsRefused() {
        assertThatThrownBy(() -> parse("""
                        kafka.bootstrap.servers: a:1
                        kafka.producer.acks: 1
                        kafka.enable.auto.commit: true
                        kafka.consumer.bootstrap.servers: b:1
                        kafka.secuirty.protocol: SSL
                        """))
                .hasMessageContaining("weir.yaml:2: kafka.producer.acks: is Weir's own")
                .hasMessageContaining("weir.yaml:3: kafka.enable.auto.commit: is Weir's own")
                .hasMessageContaining("weir.yaml:4: kafka.consumer.bootstrap.servers: all clients use one Kafka")
                .hasMessageContaining("weir.yaml:5: kafka.secuirty.protocol")
                .hasMessageContaining("did you mean security.protocol?")
                .hasMessageStartingWith("4 problems");
        assertThatThrownBy(() -> parse("topics.prefix: 'a b'")).hasMessageStartingWith("2 problems");
    }

    @Test
    void ownedKeysCannotBeSetByAProgramEither() {
        KafkaSettings kafka = new KafkaSettings(
                "a:1", "weir", Map.of("acks", "0"), Map.of(), Map.of("group.id", "x"), Map.of(), Map.of());
        assertThat(kafka.producer(Map.of("acks", "all"))).containsEntry("acks", "all");
        assertThat(kafka.consumer(Map.of())).doesNotContainKeys("acks", "group.id");
    }

    @Test
    void emptySectionsAreFine() {
        assertThat(parse("kafka: {bootstrap.servers: 'a:1', producer: {}, admin: {}}")
                        .common())
                .isEmpty();
    }

    @Test
    void secretsAreNotPrinted() {
        KafkaSettings kafka = new KafkaSettings(
                "a:1", "weir", Map.of("sasl.jaas.config", "pass"), Map.of(), Map.of(), Map.of(), Map.of());
        assertThat(kafka.toString()).doesNotContain("pass");
    }

    @Test
    void aStoreThatCannotBeUsedIsAProblemOfItsKey(@TempDir Path folder) throws Exception {
        Path ca = folder.resolve("ca.pem");
        String yaml =
                "kafka.bootstrap.servers: a:1\nkafka.ssl.truststore.type: PEM\nkafka.ssl.truststore.location: " + ca;
        assertThatThrownBy(() -> parse(yaml))
                .hasMessageContaining("kafka.ssl.truststore.location: names " + ca + ", which is not there");

        Files.writeString(ca, "no certificate");
        assertThatThrownBy(() -> parse(yaml))
                .hasMessageContaining("kafka.ssl.truststore.location: cannot be used: ")
                .hasMessageContaining("check the file, its type");

        assertThatThrownBy(() -> parse("kafka.bootstrap.servers: a:1\nkafka.admin.ssl.keystore.location: /no/such.p12"))
                .hasMessageContaining("kafka.admin.ssl.keystore.location: names /no/such.p12");
    }
}
