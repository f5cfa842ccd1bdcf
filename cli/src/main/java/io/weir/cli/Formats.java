package io.weir.cli;

import io.weir.schemas.WireFormat;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import io.weir.service.registry.RegistryUnavailableException;
import io.weir.service.registry.SchemaRegistry;
import java.util.function.Supplier;

/** Record formats for commands: they wait for no registry, but end with its error. */
public final class Formats {
    private Formats() {}

    /** How the records of a deployment lie in its topics. What its registry refuses is a WeirException (UNAVAILABLE). */
    public static WireFormat of(KafkaSettings kafka) {
        return kafka.registry()
                .map(SchemaRegistry::new)
                .map(registry -> WireFormat.registry(
                        (subject, schema) -> known(() -> registry.idOf(subject, schema)),
                        id -> known(() -> registry.schemaOf(id))))
                .orElseGet(WireFormat::builtIn);
    }

    /** An answer of the registry; what it refuses is a WeirException (UNAVAILABLE). */
    static <T> T known(Supplier<T> question) {
        try {
            return question.get();
        } catch (RegistryUnavailableException e) {
            throw new WeirException(ExitCode.UNAVAILABLE, String.valueOf(e.getMessage()), e);
        }
    }
}
