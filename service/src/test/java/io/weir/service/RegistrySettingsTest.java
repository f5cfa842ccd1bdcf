package io.weir.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class RegistrySettingsTest {
    private static KafkaSettings parse(String yaml) {
        return SettingsFile.parse(
                "weir.yaml", "kafka.bootstrap.servers: a:1\n" + yaml, name -> "from " + name, KafkaSettings::read);
    }

    @Test
    void withoutAUrlThereIsNoRegistry() {
        assertThat(parse("").registry()).isEmpty();
        assertThat(parse("schema.registry.url: ''").registry()).isEmpty();
    }

    @Test
    void everythingIsReadAndStaysWhenTheBrokersChange() {
        KafkaSettings kafka = parse("""
                schema.registry:
                  url: https://one:8081/, http://two:8080/apis/ccompat/v7
                  register: false
                  user: weir
                  password: ${env:SECRET}
                  truststore:
                    file: /etc/weir/ca.pem
                    password: changeit
                """).at("b:2");

        assertThat(kafka.registry()).hasValueSatisfying(registry -> {
            assertThat(registry.urls())
                    .containsExactly(URI.create("https://one:8081"), URI.create("http://two:8080/apis/ccompat/v7"));
            assertThat(registry.register()).isFalse();
            assertThat(registry.user()).contains("weir");
            assertThat(registry.password()).isEqualTo("from SECRET");
            assertThat(registry.truststore()).contains(Path.of("/etc/weir/ca.pem"));
            assertThat(registry.truststorePassword()).isEqualTo("changeit");
            assertThat(registry.toString()).doesNotContain("SECRET").doesNotContain("changeit");
        });
    }

    @Test
    void wrongUrlsAreRefused() {
        assertThatThrownBy(() -> parse("schema.registry.url: registry:8081"))
                .hasMessageContaining("must begin with http:// or https://");
        assertThatThrownBy(() -> parse("schema.registry.url: 'http://a b'")).hasMessageContaining("is no URL");
        assertThatThrownBy(() -> parse("schema.registry.url: http://u:p@host"))
                .hasMessageContaining("must not hold a password");
        assertThatThrownBy(() -> parse("schema.registry.url: http://host?x")).hasMessageContaining("without ? and #");
        assertThatThrownBy(() -> parse("schema.registry: {url: 'http://host', password: x}"))
                .hasMessageContaining("is of no use without schema.registry.user");
    }
}
