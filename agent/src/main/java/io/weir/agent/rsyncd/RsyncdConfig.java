package io.weir.agent.rsyncd;

import io.weir.agent.watch.SourceRoot;
import io.weir.schemas.RelPath;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes an rsyncd.conf that serves sources read-only and gives away nothing else. Pure; the result is bytes, since roots
 * are.
 */
final class RsyncdConfig {
    /** The first line of what {@link #writeForSsh} makes. */
    static final String FOR_SSH = "# Made by the Weir agent at every start, for calls over ssh; changes are lost.";

    private RsyncdConfig() {}

    /** How a daemon serves a module. */
    enum ShutIn {
        /** Not in a chroot, which who runs it may not make. */
        NO,
        /** In a chroot, as the user who started it. */
        AS_STARTED,
        /** In a chroot, as root, who started it. */
        AS_ROOT
    }

    /**
     * The configuration of a daemon that listens.
     *
     * @param secrets the file that names users and secrets; it may lie where nothing can be written
     * @param lock the file in which the daemon counts its connections
     * @param at where it listens
     * @param shutIn whether the daemon is shut into the module's directory (chroot)
     * @throws WeirException when a root cannot be written in such a file
     */
    static byte[] write(
            RsyncdSettings settings, Path secrets, Path lock, Endpoint at, ShutIn shutIn, List<SourceRoot> sources) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        line(out, "# Made by the Weir agent at every start; changes are lost.");
        line(out, "address = " + at.address());
        line(out, "port = " + at.port());
        if (at.isProxied()) {
            // Each connection begins with a line that says where it comes from.
            line(out, "proxy protocol = yes");
            // 3.5.0 believes nobody who is not named; versions before that do not know the name, and go on.
            line(out, "proxy protocol hosts = 127.0.0.1");
        }
        // Small calls take 30 ms instead of 160 ms.
        line(out, "socket options = TCP_NODELAY");
        line(out, "log file = /dev/stdout");
        addCommon(out, shutIn, settings.hostsAllow());
        line(out, "max connections = " + settings.maxConnections());
        line(out, "lock file = " + lock);
        line(out, "auth users = " + settings.user());
        line(out, "secrets file = " + secrets);
        line(out, "strict modes = yes");
        addModules(out, sources);
        return out.toByteArray();
    }

    /**
     * The configuration of daemons that sshd starts, one for each call, as the user that logged in. Who calls is settled by then, and
     * the log is the system's, as output is the connection.
     *
     * @param root whether root logs in
     * @throws WeirException when a root cannot be written in such a file
     */
    static byte[] writeForSsh(boolean root, List<String> hostsAllow, List<SourceRoot> sources) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        line(out, FOR_SSH);
        addCommon(out, root ? ShutIn.AS_ROOT : ShutIn.NO, hostsAllow);
        addModules(out, sources);
        return out.toByteArray();
    }

    /**
     * Where a daemon listens.
     *
     * @param isProxied whether something in front of it takes the connections, and tells of each where it comes from
     */
    record Endpoint(String address, int port, boolean isProxied) {}

    private static void addCommon(ByteArrayOutputStream out, ShutIn shutIn, List<String> hostsAllow) {
        line(out, "max verbosity = 0");
        // Looking up names of clients only costs time: nothing here goes by them.
        line(out, "reverse lookup = no");
        line(out, "forward lookup = no");
        line(out, "transfer logging = no");
        line(out, "read only = yes");
        line(out, "list = no");
        line(out, "numeric ids = yes");
        line(out, "use chroot = " + (shutIn == ShutIn.NO ? "no" : "yes"));
        // By default links are altered in what is sent when there is no chroot.
        line(out, "munge symlinks = no");
        if (shutIn == ShutIn.AS_ROOT) {
            // By default it would read as nobody.
            line(out, "uid = 0");
            line(out, "gid = 0");
        }
        if (!hostsAllow.isEmpty()) {
            line(out, "hosts allow = " + String.join(" ", hostsAllow));
        }
    }

    private static void addModules(ByteArrayOutputStream out, List<SourceRoot> sources) {
        for (SourceRoot source : sources) {
            byte[] path = source.path();
            String problem = problem(path);
            if (problem != null) {
                throw new WeirException(
                        ExitCode.SETTINGS,
                        "write rsyncd.conf: the root '" + RelPath.display(path) + "' of source " + source.source() + " "
                                + problem
                                + ", which cannot be written there; rename the directory or set rsyncd.enabled:"
                                + " false and serve it in another way");
            }
            line(out, "");
            line(out, "[" + source.source() + "]");
            out.writeBytes("path = ".getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(path);
            out.write('\n');
        }
    }

    /** What makes a path unfit for the file; null when it is fit. */
    static @Nullable String problem(byte[] path) {
        int percents = 0;
        for (int i = 0; i < path.length; i++) {
            byte b = path[i];
            if (b == '\n' || b == '\r' || b == 0) {
                return "contains a line break or NUL";
            }
            if (b == '%') {
                percents++;
            }
        }
        if (path.length == 0 || path[0] != '/') {
            return "is not absolute";
        }
        byte last = path[path.length - 1];
        if (last == '\\' || Character.isWhitespace(last)) {
            return "ends in a backslash or white space";
        }
        if (percents > 1) {
            return "contains two '%', which rsync takes for a variable";
        }
        // In an rsyncd path, /./ separates what is shut in from what is served.
        String text = new String(path, StandardCharsets.ISO_8859_1) + "/";
        if (text.contains("/./") || text.contains("/../")) {
            return "has a '.' or '..' component";
        }
        return null;
    }

    private static void line(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        out.write('\n');
    }
}
