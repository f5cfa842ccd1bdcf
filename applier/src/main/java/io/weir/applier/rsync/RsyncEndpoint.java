package io.weir.applier.rsync;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rsync daemon module that serves a source. Immutable.
 *
 * @param url {@code rsync://host[:port]/module[/directory]}, with the way's scheme; the trailing slash may be left out
 * @param secretsFile a file that holds the module's password (mode 0600), or null when the module asks for none
 * @param user the name to authenticate as, at the daemon or by ssh, or null
 * @param way how it is reached
 */
public record RsyncEndpoint(
        String url, @Nullable Path secretsFile, @Nullable String user, Way way) {
    private static final Pattern URL = Pattern.compile(
            "(rsyncs?|rsync\\+ssh)://(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9][A-Za-z0-9._-]*)(?::(\\d{1,5}))?/([^/\\p{Cntrl}][^\\p{Cntrl}]*)");
    private static final Pattern USER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");
    private static final int LAST_PORT = 65_535;

    /**
     * Validates the address.
     *
     * @throws IllegalArgumentException naming what is wrong and what is expected
     */
    public RsyncEndpoint {
        url = url.endsWith("/") ? url : url + "/";
        parse(url, way);
        if (user != null && !USER.matcher(user).matches()) {
            throw new IllegalArgumentException(
                    "rsync user '" + user + "' is refused: expected letters, digits, '.', '_', '-'");
        }
        if (way instanceof Way.Ssh && user == null) {
            throw new IllegalArgumentException("rsync url '" + url
                    + "' names no user: expected rsync+ssh://user@host[:port]/module, with the user that logs in at the"
                    + " file server");
        }
    }

    /** A daemon by TCP. */
    public RsyncEndpoint(String url, @Nullable Path secretsFile, @Nullable String user) {
        this(url, secretsFile, user, new Way.Plain());
    }

    /** A module that asks for no password. */
    public RsyncEndpoint(String url) {
        this(url, null, null);
    }

    /** The same, with the user in the url: {@code scheme://[user@]host[:port]/module[/directory]}. */
    public static RsyncEndpoint of(String url, @Nullable Path secretsFile, Way way) {
        int start = url.indexOf("://") + "://".length();
        int at = url.indexOf('@', start);
        boolean hasUser = at > 0 && url.indexOf('/', start) > at;
        return hasUser
                ? new RsyncEndpoint(
                        url.substring(0, start) + url.substring(at + 1), secretsFile, url.substring(start, at), way)
                : new RsyncEndpoint(url, secretsFile, null, way);
    }

    private static RsyncAddress parse(String url, Way way) {
        Matcher matcher = URL.matcher(url);
        if (!matcher.matches() || !matcher.group(1).equals(way.scheme())) {
            throw new IllegalArgumentException("rsync url '" + url + "' is refused: expected " + way.scheme()
                    + "://host[:port]/module[/directory]"
                    + (way instanceof Way.Plain ? ", or rsyncs:// or rsync+ssh:// in its place" : ""));
        }
        String port = matcher.group(3);
        if (port != null && (Integer.parseInt(port) == 0 || Integer.parseInt(port) > LAST_PORT)) {
            throw new IllegalArgumentException("rsync url '" + url + "' is refused: a port is 1 to " + LAST_PORT);
        }
        return new RsyncAddress(
                matcher.group(2),
                port == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(port)),
                matcher.group(4));
    }

    /** Where it is. */
    public RsyncAddress address() {
        return parse(url, way);
    }

    /** Variables that rsync needs, each {@code NAME=value}. */
    List<String> variables() {
        return way.variables(address());
    }

    /** Options that rsync needs. */
    List<String> options() {
        List<String> options = new ArrayList<>(way.options(address()));
        if (secretsFile != null) {
            options.add("--password-file=" + secretsFile);
        }
        return options;
    }

    /** The source argument for rsync, with the user in it, ending in a slash. */
    public String argument() {
        return way.argument(address(), user);
    }
}
