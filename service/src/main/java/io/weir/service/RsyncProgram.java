package io.weir.service;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rsync program of this host and what it can do. Immutable.
 *
 * @param path the program, as given to exec
 * @param version its version, as printed
 * @param trustSender whether it knows {@code --trust-sender} (3.2.5), without which long lists take quadratic time
 * @param acls whether it keeps ACLs
 * @param xattrs whether it keeps extended attributes
 * @param proxyProtocol whether a daemon learns from what is in front of it where a connection comes from (3.2.0)
 */
public record RsyncProgram(
        String path, String version, boolean trustSender, boolean acls, boolean xattrs, boolean proxyProtocol) {
    private static final Pattern VERSION = Pattern.compile("rsync +version v?(\\d+)\\.(\\d+)(?:\\.(\\d+))?");
    private static final int OLDEST = 3_001_003;
    private static final int TRUST_SENDER = 3_002_005;
    private static final int PROXY_PROTOCOL = 3_002_000;
    private static final String INSTALL = "install the package 'rsync' (Debian: apt-get install rsync)"
            + ", or name the program: rsyncd.executable for an agent, WEIR_RSYNC=/path or -Dweir.rsync=/path for an applier";

    /** The program to run: the system property {@code weir.rsync}, the variable {@code WEIR_RSYNC}, or the one on the PATH. */
    public static String configuredPath() {
        String property = System.getProperty("weir.rsync");
        String variable = System.getenv("WEIR_RSYNC");
        if (property != null && !property.isBlank()) {
            return property;
        }
        return variable != null && !variable.isBlank() ? variable : "rsync";
    }

    /**
     * Asks the configured program for its version.
     *
     * @throws WeirException when there is none, when it does not answer, or when it is older than 3.1.3
     */
    public static RsyncProgram find() {
        return find(configuredPath());
    }

    /** As {@link #find()}, of a program that something else names. */
    public static RsyncProgram find(String path) {
        return parse(path, ask(path));
    }

    private static String ask(String path) {
        @Nullable Process process = null;
        try {
            process = new ProcessBuilder(path, "--version")
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw unusable("'" + path + " --version' did not end within 10 seconds", null);
            }
            return text;
        } catch (IOException e) {
            throw unusable("rsync could not be started as '" + path + "': " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unusable("asking '" + path + "' for its version was interrupted", e);
        } finally {
            if (process != null) {
                process.destroyForcibly();
            }
        }
    }

    /**
     * Reads what {@code rsync --version} printed.
     *
     * @throws WeirException when that is no version, or one older than 3.1.3
     */
    public static RsyncProgram parse(String path, String printed) {
        Matcher matcher = VERSION.matcher(printed);
        if (!matcher.find()) {
            throw unusable("'" + path + " --version' printed no version of rsync", null);
        }
        String last = matcher.group(3);
        int number = Integer.parseInt(matcher.group(1)) * 1_000_000
                + Integer.parseInt(matcher.group(2)) * 1_000
                + (last == null ? 0 : Integer.parseInt(last));
        String version = matcher.group(1) + "." + matcher.group(2) + "." + (last == null ? "0" : last);
        if (number < OLDEST) {
            throw unusable("rsync " + version + " at '" + path + "' is too old: 3.1.3 or later is needed", null);
        }
        return new RsyncProgram(
                path,
                version,
                number >= TRUST_SENDER,
                has(printed, "ACLs"),
                has(printed, "xattrs"),
                number >= PROXY_PROTOCOL);
    }

    private static boolean has(String printed, String capability) {
        return printed.contains(capability) && !printed.contains("no " + capability);
    }

    private static WeirException unusable(String what, @Nullable Throwable cause) {
        return new WeirException(ExitCode.UNAVAILABLE, what + "; " + INSTALL, cause);
    }
}
