package io.weir.service.registry;

import io.weir.service.RegistrySettings;
import io.weir.service.registry.RegistryHttp.Answer;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The calls of Confluent's schema registry API that Weir needs. Each asks the registry; nothing is kept. Thread-safe.
 *
 * <p>Every method throws {@link RegistryUnavailableException} when there is no answer, or one that is a refusal or makes no sense.
 */
public final class RegistryClient {
    /** The level for all subjects of Weir: every version of a schema can read every other. */
    public static final String COMPATIBILITY = "FULL_TRANSITIVE";

    // The registry's own codes.
    private static final int SUBJECT_NOT_FOUND = 40401;
    private static final int VERSION_NOT_FOUND = 40402;
    private static final int SCHEMA_NOT_FOUND = 40403;
    private static final int COMPATIBILITY_NOT_SET = 40408;
    private static final int READ_ONLY = 42205;

    private static final String SCHEMA = "schema";
    private static final String MISFIT = "the subject has a schema that this one does not fit to: delete that, if it is"
            + " none of Weir's, or give Weir another topics.prefix";

    private final RegistryHttp http;

    /**
     * A client; nothing is asked yet.
     *
     * @throws io.weir.service.WeirException (SETTINGS) when the truststore or the keystore cannot be read
     */
    public RegistryClient(RegistrySettings settings) {
        this(new RegistryHttp(settings));
    }

    RegistryClient(RegistryHttp http) {
        this.http = http;
    }

    /** The id of a schema below a subject; empty when the subject has no such schema. */
    public OptionalInt find(String subject, String schema) {
        String what = "look up the schema of subject " + subject;
        Answer answer = post(what, "/subjects/" + subject, schema);
        return isAbsent(answer, SUBJECT_NOT_FOUND, SCHEMA_NOT_FOUND)
                ? OptionalInt.empty()
                : OptionalInt.of(id(what, answer));
    }

    /**
     * Registers a schema, with {@link #COMPATIBILITY} for its subject; its id. Of a subject with a schema that it does not fit to
     * nothing is changed.
     */
    public int add(String subject, String schema) {
        if (!isCompatible(subject, schema)) {
            throw new RegistryUnavailableException("register the schema of subject " + subject + ": " + MISFIT, null);
        }
        setCompatibility(subject);
        return register(subject, schema);
    }

    /** Registers a schema, unless it is there; its id. */
    int register(String subject, String schema) {
        String what = "register the schema of subject " + subject;
        return id(what, post(what, "/subjects/" + subject + "/versions", schema));
    }

    /** The text of the schema with an id; empty when the registry knows none. */
    public Optional<String> schema(int id) {
        String what = "read schema " + id;
        Answer answer = http.send(what, "GET", "/schemas/ids/" + id, Optional.empty());
        return isAbsent(answer, SCHEMA_NOT_FOUND) ? Optional.empty() : Optional.of(field(what, answer, SCHEMA));
    }

    /** The compatibility that is set for a subject; empty when none is, so that the registry's own default holds. */
    public Optional<String> compatibility(String subject) {
        String what = "read the compatibility of subject " + subject;
        Answer answer = http.send(what, "GET", "/config/" + subject, Optional.empty());
        return isAbsent(answer, SUBJECT_NOT_FOUND, COMPATIBILITY_NOT_SET)
                ? Optional.empty()
                : Optional.of(field(what, answer, "compatibilityLevel"));
    }

    /** Sets the compatibility of a subject, which need not be there yet, to {@link #COMPATIBILITY}. */
    public void setCompatibility(String subject) {
        String what = "set the compatibility of subject " + subject;
        Answer answer = http.send(
                what, "PUT", "/config/" + subject, Optional.of(RegistryJson.object("compatibility", COMPATIBILITY)));
        String unused = field(what, answer, "compatibility");
    }

    /** Whether a schema fits to what a subject has, by the compatibility that is set for it. */
    public boolean isCompatible(String subject, String schema) {
        String what = "compare the schema of subject " + subject;
        Answer answer = post(what, "/compatibility/subjects/" + subject + "/versions/latest", schema);
        return isAbsent(answer, SUBJECT_NOT_FOUND, VERSION_NOT_FOUND)
                || Boolean.parseBoolean(field(what, answer, "is_compatible"));
    }

    private Answer post(String what, String path, String schema) {
        return http.send(what, "POST", path, Optional.of(RegistryJson.object(SCHEMA, schema)));
    }

    /** Only by the registry's own codes for that call: any server answers 404 for a path it does not know. */
    private static boolean isAbsent(Answer answer, int... codes) {
        return answer.status() == 404 && IntStream.of(codes).anyMatch(each -> each == code(answer));
    }

    /** The registry's own code; 0 in an answer that has none. */
    private static int code(Answer answer) {
        Map<String, String> fields = RegistryJson.fields(answer.body());
        String code = fields == null ? null : fields.get("error_code");
        try {
            return code == null ? 0 : Integer.parseInt(code);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static int id(String what, Answer answer) {
        String id = field(what, answer, "id");
        try {
            return Integer.parseInt(id);
        } catch (NumberFormatException e) {
            throw garbage(what, answer, e);
        }
    }

    private static String field(String what, Answer answer, String name) {
        if (answer.status() != 200) {
            throw refused(what, answer);
        }
        Map<String, String> fields = RegistryJson.fields(answer.body());
        String value = fields == null ? null : fields.get(name);
        if (value == null) {
            throw garbage(what, answer, null);
        }
        return value;
    }

    private static RegistryUnavailableException garbage(String what, Answer answer, @Nullable Throwable cause) {
        return new RegistryUnavailableException(
                what + " at " + answer.url() + ": what it answers is not what a schema registry says, "
                        + RegistryHttp.shortened(answer.body()) + "; check schema.registry.url",
                cause);
    }

    private static RegistryUnavailableException refused(String what, Answer answer) {
        return new RegistryUnavailableException(
                what + " at " + answer.url() + ": refused with " + answer.status() + " "
                        + RegistryHttp.shortened(answer.body()) + "; " + toDo(answer),
                null);
    }

    private static String toDo(Answer answer) {
        return switch (answer.status()) {
            case 401, 403 -> "check schema.registry.user and schema.registry.password, and what that user may do";
            case 404 ->
                "this is no schema registry's path: schema.registry.url must be where Confluent's API begins, such as"
                        + " http://registry:8081, or http://registry:8080/apis/ccompat/v7 of Apicurio";
            case 409 -> MISFIT;
            case 422 ->
                code(answer) == READ_ONLY
                        ? "the registry is in read-only mode: end that, or register there where it takes schemas from,"
                                + " with `weir topics create`"
                        : "the registry takes no such schema; is it made for Avro?";
            default ->
                answer.location()
                        .map(location -> "it is elsewhere, at " + RegistryHttp.shortened(location)
                                + ": schema.registry.url must name where that path begins")
                        .orElse("check schema.registry.url");
        };
    }
}
