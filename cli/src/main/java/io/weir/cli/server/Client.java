package io.weir.cli.server;

import io.weir.schemas.Rights;
import io.weir.schemas.Rights.Right;
import io.weir.schemas.Topics;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who may use the site's Kafka from another host: a role with a name. Pure.
 *
 * @param name of an agent's host, of an applier's replica, of a person
 */
public record Client(Role role, String name) {
    /** What it may do. */
    public enum Role {
        AGENT,
        /** A second one, on another host. */
        AGGREGATOR,
        APPLIER,
        OPERATOR;

        /** As it is written. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /**
     * Checks the name: it becomes part of file names, of Kafka's names and of lines in settings.
     *
     * @throws WeirException (USAGE) when it is none
     */
    public Client {
        if (!NAME.matcher(name).matches()) {
            throw new WeirException(
                    ExitCode.USAGE,
                    "use the name '" + name + "' for an " + role.word()
                            + ": it must be letters, digits, '.', '_' and '-', 64 at most, and begin with a letter or digit");
        }
    }

    /** The user that Kafka knows. No user of the server itself is called so. */
    public String user() {
        return role.word() + "-" + name;
    }

    /** Whether a user is a client's. */
    static boolean isUser(String user) {
        return of(user).isPresent();
    }

    /** The client whose user this is. */
    static Optional<Client> of(String user) {
        return Arrays.stream(Role.values())
                .filter(role -> user.startsWith(role.word() + "-"))
                .filter(role ->
                        NAME.matcher(user.substring(role.word().length() + 1)).matches())
                .map(role -> new Client(role, user.substring(role.word().length() + 1)))
                .findFirst();
    }

    /** The least that it needs. */
    List<Right> rights(Topics topics) {
        return switch (role) {
            case AGENT -> Rights.agent(topics);
            case AGGREGATOR -> Rights.aggregator(topics);
            case APPLIER -> Rights.applier(topics, name);
            case OPERATOR -> Rights.operator(topics);
        };
    }
}
