package io.weir.applier.rsync;

import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rsync daemon module that serves a source. Immutable.
 *
 * @param url {@code rsync://host[:port]/module[/directory]}; the trailing slash may be left out
 * @param secretsFile a file that holds the module's password (mode 0600), or null when the module asks for none
 * @param user the name to authenticate as, or null
 */
public record RsyncEndpoint(
        String url, @Nullable Path secretsFile, @Nullable String user) {
    private static final Pattern URL = Pattern.compile(
            "rsync://(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9][A-Za-z0-9._-]*)(:\\d{1,5})?/[^/\\p{Cntrl}][^\\p{Cntrl}]*");
    private static final Pattern USER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");

    /**
     * Validates the address.
     *
     * @throws IllegalArgumentException naming what is wrong and what is expected
     */
    public RsyncEndpoint {
        if (!URL.matcher(url).matches()) {
            throw new IllegalArgumentException(
                    "rsync url '" + url + "' is refused: expected rsync://host[:port]/module[/directory]");
        }
        if (user != null && !USER.matcher(user).matches()) {
            throw new IllegalArgumentException(
                    "rsync user '" + user + "' is refused: expected letters, digits, '.', '_', '-'");
        }
        url = url.endsWith("/") ? url : url + "/";
    }

    /** A module that asks for no password. */
    public RsyncEndpoint(String url) {
        this(url, null, null);
    }

    /** The source argument for rsync: the url with the user in it, ending in a slash. */
    public String argument() {
        return user == null ? url : "rsync://" + user + "@" + url.substring("rsync://".length());
    }
}
