package io.weir.service;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How to reach the schema registry of the records in Kafka. Immutable.
 *
 * @param urls where the registry's REST API begins, without a slash at the end; asked in this order
 * @param register whether schemas that the registry lacks are registered, or somebody else does that
 * @param user of basic authentication; empty for none
 * @param password of that user
 * @param truststore certificates that prove the registry; empty for those of the Java runtime
 * @param keystore the key and certificates that prove this client; empty for none
 */
public record RegistrySettings(
        List<URI> urls,
        boolean register,
        Optional<String> user,
        String password,
        Optional<Store> truststore,
        Optional<Store> keystore) {

    /**
     * A file of certificates or keys.
     *
     * @param file PEM, PKCS12 or JKS
     * @param password of a PKCS12 or JKS file
     */
    public record Store(Path file, String password) {
        /** Names the file only. */
        @Override
        public String toString() {
            return file.toString();
        }
    }

    /** Where the registry is. */
    public static final Setting<String> URL = Setting.text(
            "schema.registry.url",
            "",
            "Schema registry with Confluent's REST API, such as `http://registry:8081` (Apicurio: its URL with"
                    + " `/apis/ccompat/v7`); several of one registry comma separated. Records are then written in Confluent's"
                    + " wire format, by ids of the registry. Empty: records carry a fingerprint of a schema that every Weir"
                    + " knows, and no registry is needed. Records of both kinds are read side by side.");

    /** Whether schemas are registered. */
    public static final Setting<Boolean> REGISTER = Setting.flag(
            "schema.registry.register",
            true,
            "Register schemas that the registry lacks, with the compatibility FULL_TRANSITIVE for their subjects"
                    + " (`<topic>-value`). false: they are only looked up; run `weir topics create` with true before.");

    /** The user. */
    public static final Setting<Optional<String>> USER =
            Setting.optionalText("schema.registry.user", "User for basic authentication at the registry.");

    /** The password. */
    public static final Setting<String> PASSWORD = Setting.text(
            "schema.registry.password",
            "",
            "Password of that user; better `${file:/path}` or `${env:NAME}` than the password itself.");

    /** Certificates to trust. */
    public static final Setting<Optional<Path>> TRUSTSTORE = Setting.optionalPath(
            "schema.registry.truststore.file",
            "Certificates that prove an https registry: a PEM file, or a PKCS12 or JKS store. Without it those of the"
                    + " Java runtime do.");

    /** The store's password. */
    public static final Setting<String> TRUSTSTORE_PASSWORD = Setting.text(
            "schema.registry.truststore.password", "", "Password of a PKCS12 or JKS store; a PEM file has none.");

    /** The client's own key. */
    public static final Setting<Optional<Path>> KEYSTORE = Setting.optionalPath(
            "schema.registry.keystore.file",
            "Key and certificate of this client, for an https registry that asks for them: a PKCS12 or JKS store, or a PEM"
                    + " file with an unencrypted key (PKCS #8) and its certificates, its own first.");

    /** That store's password. */
    public static final Setting<String> KEYSTORE_PASSWORD = Setting.text(
            "schema.registry.keystore.password",
            "",
            "Password of a PKCS12 or JKS store, and of the key in it; a PEM file has none.");

    /** All settings of this record, for the reference. */
    public static final List<Setting<?>> SETTINGS =
            List.of(URL, REGISTER, USER, PASSWORD, TRUSTSTORE, TRUSTSTORE_PASSWORD, KEYSTORE, KEYSTORE_PASSWORD);

    private static final int HIGHEST_PORT = 65_535;

    /** Copies the list. */
    public RegistrySettings {
        urls = List.copyOf(urls);
    }

    /** A registry that asks for no credentials. */
    public static RegistrySettings of(String url) {
        return new RegistrySettings(
                List.of(URI.create(url)), true, Optional.empty(), "", Optional.empty(), Optional.empty());
    }

    /** Reads the section {@code schema.registry} of the root; empty when it names no URL. */
    public static Optional<RegistrySettings> read(SettingsNode root) {
        List<URI> urls = urls(root, root.get(URL));
        RegistrySettings read = new RegistrySettings(
                urls,
                root.get(REGISTER),
                root.get(USER),
                root.get(PASSWORD),
                store(root, TRUSTSTORE, TRUSTSTORE_PASSWORD),
                store(root, KEYSTORE, KEYSTORE_PASSWORD));
        if (read.user.isEmpty() && !read.password.isEmpty()) {
            root.problem(PASSWORD, "is of no use without " + USER.key() + "; give both or none");
        }
        if (read.user.filter(user -> user.contains(":")).isPresent()) {
            root.problem(USER, "must not hold a colon, at which basic authentication ends a user's name");
        }
        return urls.isEmpty() ? Optional.empty() : Optional.of(read);
    }

    private static Optional<Store> store(SettingsNode root, Setting<Optional<Path>> file, Setting<String> password) {
        Optional<Path> path = root.get(file);
        String secret = root.get(password);
        if (path.isEmpty() && !secret.isEmpty()) {
            root.problem(password, "is of no use without " + file.key() + "; give both or none");
        }
        path.ifPresent(known -> root.look(file, () -> NamedFile.unreadable(known)));
        return path.map(known -> new Store(known, secret));
    }

    private static List<URI> urls(SettingsNode root, String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        List<URI> urls = new ArrayList<>();
        boolean isNone = true;
        for (String each : text.split(",", -1)) {
            String plain = each.strip().replaceFirst("/+$", "");
            if (!plain.isEmpty()) {
                isNone = false;
                url(root, plain).ifPresent(urls::add);
            }
        }
        if (isNone) {
            root.problem(URL, "names no URL; leave it out to work without a registry");
        }
        return urls;
    }

    private static Optional<URI> url(SettingsNode root, String text) {
        URI url;
        try {
            url = URI.create(text);
        } catch (IllegalArgumentException e) {
            root.problem(URL, "is no URL, but must be one such as http://registry:8081");
            return Optional.empty();
        }
        String wrong = wrong(url);
        if (!wrong.isEmpty()) {
            root.problem(URL, wrong);
            return Optional.empty();
        }
        return Optional.of(url);
    }

    /** What is wrong with a URL; empty when nothing is. */
    private static String wrong(URI url) {
        boolean isHttp = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        String authority = url.getRawAuthority();
        if (!isHttp || authority == null) {
            return "must begin with http:// or https:// and a host, such as http://registry:8081";
        }
        if (url.getRawUserInfo() != null || authority.contains("@")) {
            return "must not hold a password; set " + USER.key() + " and " + PASSWORD.key();
        }
        if (url.getHost() == null) {
            return authority.contains("_")
                    ? "has a host with '_' in its name, which is no host's name in a URL: use another name of it, or its"
                            + " address"
                    : "must name a host, and a port as a number, such as http://registry:8081";
        }
        if (url.getPort() == 0 || url.getPort() > HIGHEST_PORT) {
            return "names a port that cannot be; ports go from 1 to " + HIGHEST_PORT;
        }
        if (url.getRawQuery() != null || url.getRawFragment() != null) {
            return "must end with the path, without ? and #";
        }
        return "";
    }

    /** Names the addresses only. */
    @Override
    public String toString() {
        return "RegistrySettings" + urls;
    }
}
