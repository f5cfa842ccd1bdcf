package io.weir.service;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;

/**
 * Looks at the files that raw settings of Kafka's clients name. The clients themselves only say that they could not be made, and
 * name no setting. Used by one thread.
 */
final class KafkaFiles {
    private static final List<String> STORES =
            List.of(SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG, SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG);

    private final SettingsNode root;
    private final Map<String, String> common;

    /** Notes what is wrong at the root. */
    KafkaFiles(SettingsNode root, Map<String, String> common) {
        this.root = root;
        this.common = common;
    }

    /** Looks at those of one kind of client; of none with its own settings, at those of all. */
    void check(String prefix, Map<String, String> own) {
        Map<String, String> named = own.isEmpty() && prefix.equals("kafka.") ? common : own;
        boolean isFine = true;
        for (String store : STORES) {
            Optional<String> wrong = Optional.ofNullable(named.get(store)).flatMap(KafkaFiles::unreadable);
            wrong.ifPresent(what -> root.problem(prefix + store, what));
            isFine &= wrong.isEmpty();
        }
        if (isFine && STORES.stream().anyMatch(named::containsKey)) {
            load(prefix, named);
        }
    }

    private static Optional<String> unreadable(String file) {
        try {
            return NamedFile.unreadable(Path.of(file));
        } catch (InvalidPathException e) {
            return Optional.of("must be a path: " + e.getReason());
        }
    }

    /** As a client does. */
    private void load(String prefix, Map<String, String> named) {
        Map<String, String> all = new HashMap<>(common);
        all.putAll(named);
        ConfigDef known = new ConfigDef();
        SslConfigs.addClientSslSupport(known);
        try (DefaultSslEngineFactory factory = new DefaultSslEngineFactory()) {
            factory.configure(known.parse(all));
        } catch (ConfigException e) {
            root.problem(prefix + blamed(named, e), "is refused: " + e.getMessage());
        } catch (KafkaException e) {
            root.problem(
                    prefix + blamed(named, e),
                    "cannot be used: " + deepest(e) + "; check the file, its type (ssl.*store.type) and its password");
        }
    }

    /** The store that the failure names, or the only one. */
    private static String blamed(Map<String, String> named, Throwable failure) {
        String text = String.valueOf(failure.getMessage());
        List<String> given = STORES.stream().filter(named::containsKey).toList();
        return given.stream()
                .filter(store -> text.contains(String.valueOf(named.get(store))))
                .findFirst()
                .orElse(given.get(0));
    }

    private static String deepest(Throwable failure) {
        Throwable at = failure;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return String.valueOf(at.getMessage());
    }
}
