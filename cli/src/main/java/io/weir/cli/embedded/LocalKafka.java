package io.weir.cli.embedded;

import io.weir.cli.TopicAdmin;
import io.weir.service.DurableFile;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.RegistrySettings;
import io.weir.service.Service;
import io.weir.service.Setting;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An embedded broker with its topics, and a settings file beside it by which other commands find it. */
public final class LocalKafka implements Service {
    private static final Logger log = LoggerFactory.getLogger(LocalKafka.class);

    private final EmbeddedBroker broker;
    private final Path settingsFile;
    private final Optional<RegistrySettings> registry;

    /** One whose records need no schema registry. */
    public LocalKafka(EmbeddedBroker broker, Path settingsFile) {
        this(broker, settingsFile, Optional.empty());
    }

    /** The file is written at every start: the port may be another one. A password in it is for its owner only. */
    public LocalKafka(EmbeddedBroker broker, Path settingsFile, Optional<RegistrySettings> registry) {
        this.broker = broker;
        this.settingsFile = settingsFile;
        this.registry = registry;
    }

    /** Whether there is a broker in a data directory that does not run now. */
    public static boolean isStopped(Path data) {
        return DirectoryLock.isAbandoned(directory(data));
    }

    /** Whether there is one that runs now, in another process. */
    public static boolean isRunning(Path data) {
        return DirectoryLock.isHeld(directory(data));
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
        return broker.settings();
    }

    @Override
    public void start() {
        if (broker.asksForPasswords() && !broker.runsElsewhere()) {
            forget();
        }
        broker.start();
        try (TopicAdmin topics = new TopicAdmin(settings())) {
            List<String> created = topics.create();
            if (!created.isEmpty()) {
                log.info("Topics created: topics={}", created);
            }
        }
        try {
            StringBuilder text =
                    new StringBuilder("# Written at every start, for other commands such as `weir status`.\n");
            line(text, KafkaSettings.BOOTSTRAP_SERVERS, broker.bootstrapServers());
            Map<String, String> login = settings().common();
            login.forEach((key, value) -> text.append("kafka.")
                    .append(key)
                    .append(": '")
                    .append(value)
                    .append("'\n"));
            registry.ifPresent(known -> {
                line(
                        text,
                        RegistrySettings.URL,
                        known.urls().stream().map(String::valueOf).collect(Collectors.joining(",")));
                line(text, RegistrySettings.REGISTER, String.valueOf(known.register()));
                known.truststore()
                        .ifPresent(store -> line(
                                text, RegistrySettings.TRUSTSTORE, store.file().toString()));
                known.keystore()
                        .ifPresent(store -> line(
                                text, RegistrySettings.KEYSTORE, store.file().toString()));
            });
            write(text.toString(), !login.isEmpty());
        } catch (IOException e) {
            throw new WeirException(ExitCode.FAILURE, "write " + settingsFile + ": " + e, e);
        }
    }

    /** The password in it is of the last start: whoever comes with it would be refused. */
    private void forget() {
        try {
            Files.deleteIfExists(settingsFile);
        } catch (IOException e) {
            throw new WeirException(ExitCode.FAILURE, "remove " + settingsFile + ": " + e, e);
        }
    }

    private void write(String text, boolean isSecret) throws IOException {
        if (isSecret) {
            DurableFile.replacePrivately(settingsFile, text.getBytes(StandardCharsets.UTF_8));
        } else {
            Files.writeString(settingsFile, text);
        }
    }

    private static void line(StringBuilder text, Setting<?> setting, String value) {
        text.append(setting.key()).append(": ").append(value).append('\n');
    }

    @Override
    public void close() {
        broker.close();
    }
}
