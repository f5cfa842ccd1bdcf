package io.weir.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.service.RegistrySettings.Store;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
                  keystore:
                    file: /etc/weir/client.p12
                    password: ${env:OTHER}
                """).at("b:2");

        assertThat(kafka.registry()).hasValueSatisfying(registry -> {
            assertThat(registry.urls())
                    .containsExactly(URI.create("https://one:8081"), URI.create("http://two:8080/apis/ccompat/v7"));
            assertThat(registry.register()).isFalse();
            assertThat(registry.user()).contains("weir");
            assertThat(registry.password()).isEqualTo("from SECRET");
            assertThat(registry.truststore()).contains(new Store(Path.of("/etc/weir/ca.pem"), "changeit"));
            assertThat(registry.keystore()).contains(new Store(Path.of("/etc/weir/client.p12"), "from OTHER"));
            assertThat(registry.toString() + registry.keystore())
                    .doesNotContain("SECRET")
                    .doesNotContain("changeit")
                    .doesNotContain("OTHER");
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "registry:8081 | must begin with http:// or https://",
                "http://a b | is no URL",
                "http://u:p@host | must not hold a password",
                "http://u:p@my_host | must not hold a password",
                "http://host?x | without ? and #",
                "http://host:0 | names a port that cannot be",
                "http://host:65536 | names a port that cannot be",
                "http://host:80x | must name a host, and a port as a number",
                "http://schema_registry:8081 | has a host with '_' in its name",
                "http://one, http://two:0 | names a port that cannot be",
                "' , ,' | names no URL",
            })
    void wrongUrlsAreRefused(String url, String problem) {
        assertThatThrownBy(() -> parse("schema.registry.url: '" + url.replace("'", "''") + "'"))
                .hasMessageContaining("schema.registry.url")
                .hasMessageContaining(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "password: x | is of no use without schema.registry.user",
                "'user: \"we:ir\"' | must not hold a colon",
                "truststore.password: x | is of no use without schema.registry.truststore.file",
                "keystore.password: x | is of no use without schema.registry.keystore.file",
            })
    void whatIsOfNoUseIsRefused(String line, String problem) {
        assertThatThrownBy(() -> parse("schema.registry: {url: 'http://host', " + line + "}"))
                .isInstanceOf(WeirException.class)
                .hasMessageContaining(problem);
    }
}
