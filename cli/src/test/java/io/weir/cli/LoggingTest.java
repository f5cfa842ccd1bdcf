package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import org.junit.jupiter.api.Test;

class LoggingTest {
    private static final String CLIENT = "org.apache.kafka.clients.NetworkClient";

    private final LoggerContext loggers = new LoggerContext();
    private final Logging.Connections connections = new Logging.Connections();

    private ILoggingEvent event(String logger, Level level, String message, Object... parts) {
        return new LoggingEvent("", loggers.getLogger(logger), level, message, null, parts);
    }

    @Test
    void whatAClientSaysOfEachTryToConnectIsSaidOnce() {
        String said = "[Consumer clientId=one] Connection to node {} could not be established";

        assertThat(connections.isRepeated(event(CLIENT, Level.WARN, said, -1))).isFalse();
        assertThat(connections.isRepeated(event(CLIENT, Level.WARN, said, -1))).isTrue();
        assertThat(connections.isRepeated(event(CLIENT, Level.WARN, said.replace("one", "another"), -1)))
                .as("the same of another client")
                .isTrue();
        assertThat(connections.isRepeated(event(CLIENT, Level.WARN, "Bootstrap broker {} disconnected", -1)))
                .isFalse();
        for (int i = 0; i < 2; i++) {
            assertThat(connections.isRepeated(event(CLIENT, Level.WARN, "terminated during authentication")))
                    .isFalse();
            assertThat(connections.isRepeated(event("io.weir.X", Level.WARN, said, -1)))
                    .isFalse();
        }
    }
}
