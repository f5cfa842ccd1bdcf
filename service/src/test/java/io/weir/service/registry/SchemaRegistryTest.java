package io.weir.service.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.service.registry.SchemaRegistry.Waits;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is kept of a registry's answers, and what becomes of questions while it gives none. Time goes on when it is told to. */
final class SchemaRegistryTest {
    private static final String SCHEMA = "{\"type\":\"string\"}";
    private static final String OTHER = "{\"type\":\"int\"}";
    private static final RegistryServer.Fault AWAY = new RegistryServer.Fault(503, "away");

    /** Longer than any wait after a failure. */
    private static final Duration BACKOFF = Duration.ofSeconds(10);

    private final AtomicLong nanos = new AtomicLong();
    private RegistryServer server;
    private SchemaRegistry registry;

    @BeforeEach
    void start() throws IOException {
        server = new RegistryServer();
        registry = registry(true, new Waits(Duration.ofSeconds(1), BACKOFF, Duration.ofSeconds(30), BACKOFF));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private SchemaRegistry registry(boolean register, Waits waits) {
        return new SchemaRegistry(
                new RegistryClient(server.settings(register, Optional.empty())), register, waits, nanos::get);
    }

    /** Of real time, for who waits. */
    private PatientRegistry patient() {
        Duration shortest = Duration.ofMillis(1);
        return new PatientRegistry(new SchemaRegistry(
                new RegistryClient(server.settings()),
                true,
                new Waits(shortest, shortest, shortest, shortest),
                System::nanoTime));
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
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
                        "POST /compatibility/subjects/t-value/versions/latest",
                        "PUT /config/t-value",
                        "POST /subjects/t-value/versions",
                        "GET /schemas/ids/1");
        assertThat(server.compatibilities).containsEntry("t-value", "FULL_TRANSITIVE");
    }

    @Test
    void aSchemaThatIsThereIsLeftAsItIs() {
        server.put("t-value", SCHEMA);

        assertThat(registry.idOf("t-value", SCHEMA)).isEqualTo(1);
        assertThat(server.requests).containsExactly("POST /subjects/t-value");
    }

    @Test
    void oneSchemaOfTwoSubjectsIsAskedForInBoth() {
        server.put("t-value", OTHER);
        server.put("t-value", SCHEMA);
        server.put("u-value", SCHEMA);

        assertThat(registry.idOf("t-value", SCHEMA)).isEqualTo(2);
        assertThat(registry.idOf("t-value", OTHER)).isEqualTo(1);
        assertThat(registry.idOf("u-value", SCHEMA)).isEqualTo(2);
        assertThat(server.requests)
                .containsExactly("POST /subjects/t-value", "POST /subjects/t-value", "POST /subjects/u-value");
    }

    @Test
    void aForeignSubjectKeepsItsCompatibility() {
        server.put("t-value", OTHER);
        server.isMisfit = true;

        assertThatThrownBy(() -> registry.idOf("t-value", SCHEMA)).hasMessageContaining("does not fit");
        assertThat(server.compatibilities).isEmpty();
    }

    @Test
    void lookingUpOnlyRegistersNothing() {
        SchemaRegistry looking = registry(false, Waits.OF_STAGES);

        assertThatThrownBy(() -> looking.idOf("t-value", SCHEMA))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("schema.registry.register is false");
        assertThat(server.size()).isZero();
        server.put("t-value", SCHEMA);
        pass(BACKOFF);
        assertThat(looking.idOf("t-value", SCHEMA)).isEqualTo(1);
    }

    @Test
    void afterAFailureTheQuestionIsHeldBackAndTheTroubleToldUntilItIsAnswered() {
        server.fault = AWAY;
        assertThatThrownBy(() -> registry.idOf("t-value", SCHEMA)).isInstanceOf(RegistryUnavailableException.class);
        assertThatThrownBy(() -> registry.idOf("t-value", SCHEMA)).hasMessageContaining("503 away");
        assertThat(server.requests).as("the second one is not asked at once").hasSize(1);
        assertThat(registry.trouble()).hasValueSatisfying(why -> assertThat(why).contains("503 away"));

        server.fault = null;
        pass(BACKOFF);
        assertThat(registry.idOf("t-value", SCHEMA)).isEqualTo(1);
        assertThat(registry.trouble()).isEmpty();
    }

    @Test
    void theNewestTroubleIsToldAndNoneOfWhoAsksNoMore() {
        server.fault = AWAY;
        for (int id = 1; id <= 4; id++) {
            int asked = id;
            assertThatThrownBy(() -> registry.schemaOf(asked)).isInstanceOf(RegistryUnavailableException.class);
            assertThat(registry.trouble())
                    .hasValueSatisfying(why -> assertThat(why).startsWith("read schema " + asked + " "));
            pass(Duration.ofMillis(1));
        }
        pass(Duration.ofMinutes(1));
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
    void anUnknownIdIsDoubtedForATimeAndThenBelievedForAWhile() {
        assertDoubted(7);
        pass(Duration.ofSeconds(29));
        assertDoubted(7);
        pass(BACKOFF);
        assertThat(registry.schemaOf(7)).isEmpty();
        assertThat(server.requests).hasSize(3);

        assertThat(registry.schemaOf(7)).isEmpty();
        assertThat(server.requests).as("believed without a question").hasSize(3);
        pass(BACKOFF);
        assertThat(registry.schemaOf(7)).isEmpty();
        assertThat(server.requests).as("asked again after a while").hasSize(4);
    }

    /** An outage before must not use up the time for which one of several registries may be behind. */
    @Test
    void theDoubtBeginsWithTheFirstAnswer() {
        server.fault = AWAY;
        assertThatThrownBy(() -> registry.schemaOf(1)).hasMessageContaining("503 away");
        pass(Duration.ofMinutes(10));
        server.fault = null;

        assertDoubted(1);
        server.put("t-value", SCHEMA);
        pass(BACKOFF);
        assertThat(registry.schemaOf(1)).contains(SCHEMA);
    }

    @Test
    void afterOneIdThatIsUnknownOthersAreBelievedAtOnceForAMinute() {
        assertDoubted(7);
        pass(Duration.ofSeconds(30));
        assertThat(registry.schemaOf(7)).isEmpty();

        for (int id = 8; id < 12; id++) {
            assertThat(registry.schemaOf(id)).isEmpty();
        }

        pass(Duration.ofMinutes(1));
        assertDoubted(12);
    }

    @Test
    void anIdThatComesToBeKnownIsNotLost() {
        assertDoubted(1);

        server.put("t-value", SCHEMA);
        pass(BACKOFF);

        assertThat(registry.schemaOf(1)).contains(SCHEMA);
    }

    private void assertDoubted(int id) {
        assertThatThrownBy(() -> registry.schemaOf(id))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("knows no such id so far");
    }

    @Test
    void aCommandDoubtsNothing() {
        SchemaRegistry ofCommand = SchemaRegistry.ofCommand(server.settings());

        assertThat(ofCommand.schemaOf(7)).isEmpty();
        server.fault = AWAY;
        assertThatThrownBy(() -> ofCommand.schemaOf(8)).hasMessageContaining("503 away");
    }

    @Test
    void whoIsPatientWaitsForARegistryThatIsStartedLater() throws Exception {
        int port = server.port();
        server.close();
        PatientRegistry patient = patient();
        CompletableFuture<Integer> id =
                CompletableFuture.supplyAsync(() -> patient.idOf("t-value", SCHEMA), RegistryServer.ASIDE);
        assertThatThrownBy(() -> registry.idOf("t-value", SCHEMA)).isInstanceOf(RegistryUnavailableException.class);
        assertThat(id).isNotDone();

        server = new RegistryServer(port, null);

        assertThat(id.get(60, TimeUnit.SECONDS)).isEqualTo(1);
    }

    @Test
    void aCloseEndsTheWaiting() {
        server.fault = AWAY;
        PatientRegistry patient = patient();
        CompletableFuture<Integer> id =
                CompletableFuture.supplyAsync(() -> patient.idOf("t-value", SCHEMA), RegistryServer.ASIDE);

        patient.close();

        assertThatThrownBy(() -> id.get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(RegistryUnavailableException.class);
    }
}
