package io.weir.cli;

import io.weir.schemas.RecordSerde;
import io.weir.schemas.UndecodableRecordException;
import io.weir.schemas.WireFormat;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import io.weir.service.registry.RegistryUnavailableException;
import io.weir.service.registry.SchemaRegistry;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Record formats for commands: they wait for no registry, but end with its error. A record whose id it does not know cannot be decoded.
 */
public final class Formats {
    private Formats() {}

    /** How the records of a deployment lie in its topics. What its registry refuses is a WeirException (UNAVAILABLE). */
    public static WireFormat of(KafkaSettings kafka) {
        return WireFormat.of(
                kafka.registry().map(SchemaRegistry::ofCommand),
                registry -> (subject, schema) -> known(() -> registry.idOf(subject, schema)),
                registry -> id -> known(() -> registry.schemaOf(id)));
    }

    /** An answer of the registry; what it refuses is a WeirException (UNAVAILABLE). */
    static <T> T known(Supplier<T> question) {
        try {
            return question.get();
        } catch (RegistryUnavailableException e) {
            throw new WeirException(ExitCode.UNAVAILABLE, String.valueOf(e.getMessage()), e);
        }
    }

    /** A record's value; null when there is none, or when a newer Weir may have written it: nothing that is asked for here. */
    static <T extends SpecificRecord> @Nullable T known(RecordSerde<T> serde, byte @Nullable [] value) {
        try {
            return value == null ? null : serde.decode(value);
        } catch (UndecodableRecordException e) {
            return null;
        }
    }
}
