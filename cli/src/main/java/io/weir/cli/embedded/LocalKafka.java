package io.weir.cli.embedded;

import io.weir.cli.TopicAdmin;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.Service;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An embedded broker with its topics, and a settings file beside it by which other commands find it. */
public final class LocalKafka implements Service {
    private static final Logger log = LoggerFactory.getLogger(LocalKafka.class);

    private final EmbeddedBroker broker;
    private final Path settingsFile;

    /** The file is written at every start: the port may be another one. */
    public LocalKafka(EmbeddedBroker broker, Path settingsFile) {
        this.broker = broker;
        this.settingsFile = settingsFile;
    }

    /** Whether there is a broker in a data directory that does not run now. */
    public static boolean isStopped(Path data) {
        return DirectoryLock.isAbandoned(directory(data));
    }

    /** Where the broker is in a data directory. */
    public static Path directory(Path data) {
        return data.resolve("kafka");
    }

    @Override
    public String name() {
        return broker.name();
    }

    /** How to reach it. */
    public KafkaSettings settings() {
        return KafkaSettings.of(broker.bootstrapServers(), KafkaSettings.TOPIC_PREFIX.fallback());
    }

    @Override
    public void start() {
        broker.start();
        try (TopicAdmin topics = new TopicAdmin(settings())) {
            List<String> created = topics.create();
            if (!created.isEmpty()) {
                log.info("Topics created: topics={}", created);
            }
        }
        try {
            Files.writeString(
                    settingsFile,
                    "# Written at every start, for other commands such as `weir status`.\n"
                            + KafkaSettings.BOOTSTRAP_SERVERS.key() + ": " + broker.bootstrapServers() + "\n");
        } catch (IOException e) {
            throw new WeirException(ExitCode.FAILURE, "write " + settingsFile + ": " + e, e);
        }
    }

    @Override
    public void close() {
        broker.close();
    }
}
