package io.weir.agent.publish;

import io.weir.schemas.Command;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints that were asked of one source, until they expire. One that has been set in a session may end with it, so each
 * session is asked for all of them; that a replica passes one twice is harmless. Confined to one thread.
 */
final class AskedCheckpoints {
    private static final Logger log = LoggerFactory.getLogger(AskedCheckpoints.class);

    /** Of more the oldest are forgotten: each may be an entry of the dirty set. */
    static final int MOST = 10_000;

    /** It becomes a part of a name. */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

    /** A session of the source. */
    @FunctionalInterface
    interface Session {
        /** See {@link SourceSession#checkpoint}. */
        void checkpoint(String id) throws IOException;
    }

    private static final class Asked {
        final Instant expiresAt;

        @Nullable
        Session setIn;

        Asked(Instant expiresAt) {
            this.expiresAt = expiresAt;
        }
    }

    private final String source;
    private final Supplier<@Nullable Session> session;
    private final Map<String, Asked> asked = new LinkedHashMap<>();
    private @Nullable String complaint;

    /** None yet; {@code session} tells the one that is open. */
    AskedCheckpoints(String source, Supplier<@Nullable Session> session) {
        this.source = source;
        this.session = session;
    }

    /** Takes one that was asked for; what is expired, or none, is told in the log, as whoever waits for it learns that in vain. */
    void ask(Command command, Instant now) {
        String id = command.getId();
        if (!ID.matcher(id).matches()) {
            log.warn(
                    "a checkpoint is refused, as its id is not of letters, digits and dashes: source={} id={} by={}",
                    source,
                    RelPath.display(id),
                    RelPath.display(command.getIssuedBy()));
        } else if (now.isAfter(command.getExpiresAt())) {
            log.debug("a checkpoint has expired: source={} id={} at={}", source, id, command.getExpiresAt());
        } else {
            asked.putIfAbsent(id, new Asked(command.getExpiresAt()));
            forgetBeyond();
        }
    }

    private void forgetBeyond() {
        Iterator<Map.Entry<String, Asked>> oldest = asked.entrySet().iterator();
        while (asked.size() > MOST) {
            Map.Entry<String, Asked> each = oldest.next();
            oldest.remove();
            if (each.getValue().setIn == null) {
                log.warn("a checkpoint is forgotten, there are too many: source={} id={}", source, each.getKey());
            }
        }
    }

    /** Sets all that are not set in the session that is open; what cannot be set now is tried again by the next call. */
    void set(Instant now) {
        asked.values().removeIf(each -> now.isAfter(each.expiresAt));
        Session open = session.get();
        if (open == null) {
            return;
        }
        for (Map.Entry<String, Asked> each : asked.entrySet()) {
            if (each.getValue().setIn != open && !set(each.getKey(), open)) {
                return;
            }
            each.getValue().setIn = open;
        }
    }

    private boolean set(String id, Session open) {
        try {
            open.checkpoint(id);
            log.info("checkpoint: source={} id={}", source, id);
            complaint = null;
            return true;
        } catch (IOException e) {
            String cause = String.valueOf(e.getMessage());
            if (!cause.equals(complaint)) {
                log.warn(
                        "a checkpoint cannot be set yet, it is tried again until it expires: source={} id={} cause={}",
                        source,
                        id,
                        cause);
            }
            complaint = cause;
            return false;
        }
    }
}
