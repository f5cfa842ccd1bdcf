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
 * @param truststore certificates that prove the registry: PEM, PKCS12 or JKS; empty for those of the Java runtime
 * @param truststorePassword of a PKCS12 or JKS file
 */
public record RegistrySettings(
        List<URI> urls,
        boolean register,
        Optional<String> user,
        String password,
        Optional<Path> truststore,
        String truststorePassword) {

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

    /** All settings of this record, for the reference. */
    public static final List<Setting<?>> SETTINGS =
            List.of(URL, REGISTER, USER, PASSWORD, TRUSTSTORE, TRUSTSTORE_PASSWORD);

    /** Copies the list. */
    public RegistrySettings {
        urls = List.copyOf(urls);
    }

    /** A registry that asks for no credentials. */
    public static RegistrySettings of(String url) {
        return new RegistrySettings(List.of(URI.create(url)), true, Optional.empty(), "", Optional.empty(), "");
    }

    /** Reads the section {@code schema.registry} of the root; empty when it names no URL. */
    public static Optional<RegistrySettings> read(SettingsNode root) {
        List<URI> urls = urls(root, root.get(URL));
        RegistrySettings read = new RegistrySettings(
                urls,
                root.get(REGISTER),
                root.get(USER),
                root.get(PASSWORD),
                root.get(TRUSTSTORE),
                root.get(TRUSTSTORE_PASSWORD));
        if (read.user.isEmpty() && !read.password.isEmpty()) {
            root.problem(PASSWORD, "is of no use without " + USER.key() + "; give both or none");
        }
        return urls.isEmpty() ? Optional.empty() : Optional.of(read);
    }

    private static List<URI> urls(SettingsNode root, String text) {
        List<URI> urls = new ArrayList<>();
        for (String each : text.split(",", -1)) {
            String plain = each.strip().replaceFirst("/+$", "");
            if (!plain.isEmpty()) {
                url(root, plain).ifPresent(urls::add);
            }
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
        boolean isHttp = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!isHttp || url.getHost() == null) {
            root.problem(URL, "must begin with http:// or https:// and a host, such as http://registry:8081");
        } else if (url.getUserInfo() != null) {
            root.problem(URL, "must not hold a password; set " + USER.key() + " and " + PASSWORD.key());
        } else if (url.getQuery() != null || url.getFragment() != null) {
            root.problem(URL, "must end with the path, without ? and #");
        } else {
            return Optional.of(url);
        }
        return Optional.empty();
    }

    /** Names the addresses only. */
    @Override
    public String toString() {
        return "RegistrySettings" + urls;
    }
}
