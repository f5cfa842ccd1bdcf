package io.weir.service;

import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;

/** Makes clients of Kafka, which connect later but look at their settings and resolve names at once. */
public final class KafkaClients {
    private KafkaClients() {}

    /**
     * The client that the supplier makes.
     *
     * @param purpose what it is for, as the beginning of a message
     * @throws WeirException when it cannot be made: (UNAVAILABLE) no broker's name can be resolved now, (SETTINGS) any other cause
     */
    public static <T> T make(KafkaSettings kafka, String purpose, Supplier<T> client) {
        try {
            return client.get();
        } catch (KafkaException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            // A name that cannot be resolved now can be later; wrong settings stay wrong.
            boolean isUnresolved = Unresolved.is(e);
            throw new WeirException(
                    isUnresolved ? ExitCode.UNAVAILABLE : ExitCode.SETTINGS,
                    purpose + ": no client of Kafka at " + kafka.bootstrapServers() + " can be made: "
                            + cause.getMessage() + "; check "
                            + (isUnresolved ? "kafka.bootstrap.servers and the network" : "the kafka settings"),
                    e);
        }
    }
}
