package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.schemas.RecordSerde;
import io.weir.schemas.Status;
import io.weir.schemas.UndecodableRecordException;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What commands make of a schema registry's answers. */
class RegistryAdminTest {
    private static final KafkaSettings KAFKA = KafkaSettings.of("127.0.0.1:9", "weir");
    private static final String NO_SCHEMA = "{\"error_code\":40403,\"message\":\"Schema not found\"}";

    private FakeRegistry registry;
    private KafkaSettings kafka;

    @BeforeEach
    void start() throws IOException {
        registry = new FakeRegistry();
        kafka = registry.with(KAFKA);
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private RegistryAdmin admin() {
        return RegistryAdmin.of(kafka).orElseThrow();
    }

    @Test
    void aSubjectOfSomebodyElseIsToldAndNotTouched() {
        registry.answer("POST /subjects/", 404, NO_SCHEMA)
                .answer("POST /compatibility/", 200, "{\"is_compatible\":false}")
                .answer("GET /config/", 200, "{\"compatibilityLevel\":\"BACKWARD\"}");

        assertThat(admin().check())
                .contains("subject weir.changes-value has a schema that this Weir's does not fit to, so nothing can be"
                        + " written: delete it, if it is none of Weir's, or set another topics.prefix");
        assertThatThrownBy(() -> admin().register())
                .isInstanceOfSatisfying(
                        WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNAVAILABLE))
                .hasMessageContaining("register the schema of subject weir.changes-value")
                .hasMessageContaining("topics.prefix");
        assertThat(registry.requests).noneMatch(each -> each.startsWith("PUT") || each.endsWith("/versions"));
    }

    @Test
    void aSubjectThatHasTheSchemaGetsTheCompatibility() {
        registry.answer("POST /subjects/", 200, "{\"id\":1}")
                .answer("GET /config/", 404, "{\"error_code\":40408,\"message\":\"none\"}")
                .answer("PUT /config/", 200, "{\"compatibility\":\"FULL_TRANSITIVE\"}");

        assertThat(admin().check())
                .hasSize(7)
                .allMatch(each ->
                        each.contains("is not set to FULL_TRANSITIVE") && each.endsWith("; run `weir topics create`"));
        assertThat(admin().register()).isEmpty();
        assertThat(registry.requests).filteredOn(each -> each.startsWith("PUT")).hasSize(7);
    }

    @Test
    void aRecordWithAnIdThatTheRegistryDoesNotKnowCannotBeDecoded() {
        registry.answer("GET /schemas/ids/", 404, NO_SCHEMA);
        RecordSerde<Status> serde = Formats.of(kafka).serde(Status.class);
        byte[] record = ByteBuffer.allocate(6).put((byte) 0).putInt(7).array();

        assertThatThrownBy(() -> serde.decode(record))
                .isInstanceOf(UndecodableRecordException.class)
                .hasMessageContaining("the schema registry has no schema 7");
    }

    @Test
    void aRegistryThatIsAwayEndsACommand() {
        RecordSerde<Status> serde = Formats.of(kafka).serde(Status.class);
        byte[] record = ByteBuffer.allocate(6).put((byte) 0).putInt(7).array();

        assertThatThrownBy(() -> serde.decode(record))
                .isInstanceOfSatisfying(
                        WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNAVAILABLE))
                .hasMessageContaining("503 away")
                .as("it is not tried again")
                .hasMessageNotContaining("again");
    }
}
