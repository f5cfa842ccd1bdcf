package io.weir.cli;

import io.weir.schemas.Subjects;
import io.weir.schemas.Topics;
import io.weir.service.KafkaSettings;
import io.weir.service.RegistrySettings;
import io.weir.service.WeirException;
import io.weir.service.registry.RegistryClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Registers and checks the schemas of a deployment in its schema registry. Thread-safe. */
final class RegistryAdmin {
    private final RegistrySettings settings;
    private final RegistryClient client;
    private final Map<String, String> subjects;

    private RegistryAdmin(RegistrySettings settings, Topics topics) {
        this.settings = settings;
        this.client = new RegistryClient(settings);
        this.subjects = Subjects.of(topics);
    }

    /** Of the registry that the settings name; empty when they name none. */
    static Optional<RegistryAdmin> of(KafkaSettings kafka) {
        return kafka.registry().map(settings -> new RegistryAdmin(settings, new Topics(kafka.topicPrefix())));
    }

    /** The addresses, for people. */
    String addresses() {
        return settings.urls().toString();
    }

    /**
     * Registers the schemas that are missing, and sets the compatibility of the subjects; nothing when the settings forbid that.
     *
     * @return the subjects that got one
     * @throws WeirException (UNAVAILABLE) when the registry does not answer or refuses
     */
    List<String> register() {
        List<String> registered = new ArrayList<>();
        if (settings.register()) {
            subjects.forEach((subject, schema) -> {
                if (isMissing(subject, schema)) {
                    int id = Formats.known(() -> client.add(subject, schema));
                    registered.add(subject + " with id " + id);
                } else if (!isSafe(subject)) {
                    Formats.known(() -> {
                        client.setCompatibility(subject);
                        return subject;
                    });
                }
            });
        }
        return registered;
    }

    private boolean isMissing(String subject, String schema) {
        return Formats.known(() -> client.find(subject, schema)).isEmpty();
    }

    private boolean isSafe(String subject) {
        return Formats.known(() -> client.compatibility(subject))
                .filter(RegistryClient.COMPATIBILITY::equals)
                .isPresent();
    }

    /**
     * Compares the subjects with what Weir writes; changes nothing.
     *
     * @return one sentence a problem, with what to do; empty when all is well
     * @throws WeirException (UNAVAILABLE) when the registry does not answer or refuses
     */
    List<String> check() {
        List<String> problems = new ArrayList<>();
        String toDo =
                "; run `weir topics create`" + (settings.register() ? "" : " with schema.registry.register: true");
        subjects.forEach((subject, schema) -> {
            if (isMissing(subject, schema)) {
                problems.add(
                        Formats.known(() -> client.isCompatible(subject, schema))
                                ? "subject " + subject + " lacks this Weir's schema" + toDo
                                : "subject " + subject
                                        + " has a schema that this Weir's does not fit to, so nothing can be written: delete"
                                        + " it, if it is none of Weir's, or set another topics.prefix");
            }
            if (!isSafe(subject)) {
                problems.add("subject " + subject + " is not set to " + RegistryClient.COMPATIBILITY
                        + ", so a schema could follow that readers of another version cannot read" + toDo);
            }
        });
        return problems;
    }
}
