package io.weir.service.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.service.RegistrySettings;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is kept of a registry's answers, and what becomes of questions while it gives none. */
final class SchemaRegistryTest {
    private static final String SCHEMA = "{\"type\":\"string\"}";
    private static final RegistryServer.Fault AWAY = new RegistryServer.Fault(503, "away");

    private RegistryServer server;
    private SchemaRegistry registry;

    @BeforeEach
    void start() throws IOException {
        server = new RegistryServer();
        registry = new SchemaRegistry(server.settings());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aMissingSchemaIsRegisteredBehindItsCompatibilityAndAskedForOnce() {
        assertThat(registry.idOf("t-value", SCHEMA)).isEqualTo(1);
        assertThat(registry.idOf("t-value", SCHEMA)).isEqualTo(1);
        assertThat(registry.schemaOf(1)).contains(SCHEMA);
        assertThat(registry.schemaOf(1)).contains(SCHEMA);

        assertThat(server.requests)
                .containsExactly(
                        "POST /subjects/t-value",
                        "PUT /config/t-value",
                        "POST /subjects/t-value/versions",
                        "GET /schemas/ids/1");
        assertThat(server.compatibilities).containsEntry("t-value", "FULL_TRANSITIVE");
    }

    @Test
    void aSchemaThatIsThereIsLeftAsItIs() {
        server.schemas.add(SCHEMA);

        assertThat(registry.idOf("t-value", SCHEMA)).isEqualTo(1);
        assertThat(server.requests).containsExactly("POST /subjects/t-value");
    }

    @Test
    void lookingUpOnlyRegistersNothing() {
        RegistrySettings settings = server.settings(false, Optional.empty());
        SchemaRegistry looking = new SchemaRegistry(settings);

        assertThatThrownBy(() -> looking.idOf("t-value", SCHEMA))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("schema.registry.register is false");
        assertThat(server.schemas).isEmpty();
        server.schemas.add(SCHEMA);
        assertThat(new PatientRegistry(looking).idOf("t-value", SCHEMA)).isEqualTo(1);
    }

    @Test
    void afterAFailureTheQuestionIsHeldBackAndTheTroubleToldUntilItIsAnswered() {
        server.fault = AWAY;
        assertThatThrownBy(() -> registry.idOf("t-value", SCHEMA)).isInstanceOf(RegistryUnavailableException.class);
        assertThatThrownBy(() -> registry.idOf("t-value", SCHEMA)).hasMessageContaining("503 away");
        assertThat(server.requests).as("the second one is not asked at once").hasSize(1);
        assertThat(registry.trouble()).hasValueSatisfying(why -> assertThat(why).contains("503 away"));

        server.fault = null;
        assertThat(new PatientRegistry(registry).idOf("t-value", SCHEMA)).isEqualTo(1);
        assertThat(registry.trouble()).isEmpty();
    }

    @Test
    void whatIsKnownNeedsNoRegistry() {
        int id = registry.idOf("t-value", SCHEMA);
        registry.schemaOf(id);
        server.close();

        assertThat(registry.idOf("t-value", SCHEMA)).isEqualTo(id);
        assertThat(registry.schemaOf(id)).contains(SCHEMA);
    }

    @Test
    void anUnknownIdIsDoubtedForATimeAndRememberedThen() {
        assertThatThrownBy(() -> registry.schemaOf(7))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("asked again");
        assertThat(new PatientRegistry(registry).schemaOf(7)).isEmpty();
        int asked = server.requests.size();
        assertThat(asked).isGreaterThan(1);
        assertThat(registry.schemaOf(7)).isEmpty();
        assertThat(server.requests).hasSize(asked);
    }

    @Test
    void anIdThatComesToBeKnownIsNotLost() {
        SchemaRegistry doubting =
                new SchemaRegistry(new RegistryClient(server.settings()), true, Duration.ofMinutes(10));
        assertThatThrownBy(() -> doubting.schemaOf(1)).isInstanceOf(RegistryUnavailableException.class);

        server.schemas.add(SCHEMA);

        assertThat(new PatientRegistry(doubting).schemaOf(1)).contains(SCHEMA);
    }

    @Test
    void whoIsPatientWaitsForARegistryThatIsStartedLater() throws Exception {
        int port = server.port();
        server.close();
        PatientRegistry patient = new PatientRegistry(registry);
        CompletableFuture<Integer> id = CompletableFuture.supplyAsync(() -> patient.idOf("t-value", SCHEMA));
        assertThatThrownBy(() -> registry.idOf("t-value", SCHEMA)).isInstanceOf(RegistryUnavailableException.class);
        assertThat(id).isNotDone();

        server = new RegistryServer(port, null);

        assertThat(id.get(60, TimeUnit.SECONDS)).isEqualTo(1);
    }

    @Test
    void aCloseEndsTheWaiting() {
        server.fault = AWAY;
        PatientRegistry patient = new PatientRegistry(registry);
        CompletableFuture<Integer> id = CompletableFuture.supplyAsync(() -> patient.idOf("t-value", SCHEMA));

        patient.close();

        assertThatThrownBy(() -> id.get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(RegistryUnavailableException.class);
    }
}
