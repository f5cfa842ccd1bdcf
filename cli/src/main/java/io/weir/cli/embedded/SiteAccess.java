package io.weir.cli.embedded;

import io.weir.service.KafkaSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How other hosts reach an embedded broker, and who is let in. With it nobody is let in without a password, on loopback either, and
 * nobody may do what he was not given the right to. Other hosts come by TLS, with the users that the broker keeps (SCRAM); what
 * runs in this process, and commands of who may read its secret, come by loopback, with users that live as long as the process.
 * Immutable.
 *
 * @param address that the broker listens on for other hosts; empty for all of this machine
 * @param host by which other hosts reach it
 * @param port for other hosts
 * @param certificate PEM file with the broker's key and the certificates that prove it
 * @param sync whether a record is on disk before it is acknowledged: other hosts count on it after this one lost its power
 * @param localUsers the users on loopback with their passwords, which have no quotes and spaces; {@link #OWNER} is one of them
 */
public record SiteAccess(
        String address, String host, int port, Path certificate, boolean sync, Map<String, String> localUsers) {
    /** The user on loopback who may do everything: the broker itself, and commands on its machine. */
    public static final String OWNER = "server";

    /** The name of the listener for other hosts. */
    public static final String LISTENER = "SITE";

    /** The broker's setting that names the certificate's file. */
    public static final String CERTIFICATE = key(LISTENER, "ssl.keystore.location");

    /** How long a connection of another host lives on a password that holds no more. */
    private static final Duration LOGIN_LASTS = Duration.ofMinutes(10);

    private static final String PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required";
    private static final String SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required";

    /** Copies the users. */
    public SiteAccess {
        localUsers = Map.copyOf(localUsers);
        if (!localUsers.containsKey(OWNER)) {
            throw new IllegalArgumentException("a broker for other hosts needs its owner among " + localUsers.keySet());
        }
    }

    /** Settings of a broker whose listeners for its own machine have these names, over those of one without users. */
    Map<String, String> properties(String client, String controller) {
        Map<String, String> p = new HashMap<>();
        p.put(
                "listener.security.protocol.map",
                client + ":SASL_PLAINTEXT," + controller + ":SASL_PLAINTEXT," + LISTENER + ":SASL_SSL");
        p.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
        p.put("sasl.mechanism.controller.protocol", "PLAIN");
        for (String listener : new String[] {client, controller}) {
            p.put(key(listener, "sasl.enabled.mechanisms"), "PLAIN");
            p.put(key(listener, "plain.sasl.jaas.config"), localLogins());
        }
        p.put(key(LISTENER, "sasl.enabled.mechanisms"), "SCRAM-SHA-512");
        p.put(key(LISTENER, "scram-sha-512.sasl.jaas.config"), SCRAM + ";");
        p.put(key(LISTENER, "scram-sha-512.connections.max.reauth.ms"), String.valueOf(LOGIN_LASTS.toMillis()));
        p.put(key(LISTENER, "ssl.keystore.type"), "PEM");
        p.put(CERTIFICATE, certificate.toString());
        p.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        p.put("super.users", "User:" + OWNER);
        if (sync) {
            p.put("log.flush.interval.messages", "1");
        }
        return p;
    }

    private static String key(String listener, String name) {
        return "listener.name." + listener.toLowerCase(Locale.ROOT) + "." + name;
    }

    /** Who may come by loopback, and who the broker is when it calls itself. */
    private String localLogins() {
        return localUsers.entrySet().stream()
                .map(user -> "user_" + user.getKey() + "=\"" + user.getValue() + "\"")
                .sorted()
                .collect(Collectors.joining(" ", login(OWNER) + " ", ";"));
    }

    private String login(String user) {
        return Stream.of(PLAIN, "username=\"" + user + "\"", "password=\"" + localUsers.get(user) + "\"")
                .collect(Collectors.joining(" "));
    }

    /** How a user on loopback reaches the broker. */
    public KafkaSettings as(String user, KafkaSettings without) {
        return without.adding(Map.of(
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                login(user) + ";"));
    }

    /** Names no password. */
    @Override
    public String toString() {
        return "SiteAccess[" + host + ":" + port + ", local users " + localUsers.keySet() + "]";
    }
}
