package io.weir.agent.rsyncd;

import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version of rsync, such as 3.2.7. */
record RsyncVersion(int major, int minor, int patch) implements Comparable<RsyncVersion> {
    /** The oldest that is supported. */
    static final RsyncVersion OLDEST = new RsyncVersion(3, 1, 3);

    private static final Pattern FIRST_LINE = Pattern.compile("rsync +version v?(\\d+)\\.(\\d+)(?:\\.(\\d+))?");
    private static final long PATIENCE_SECONDS = 20;

    /** Finds the version in what {@code rsync --version} prints. */
    static Optional<RsyncVersion> parse(String printed) {
        Matcher matcher = FIRST_LINE.matcher(printed);
        if (!matcher.find()) {
            return Optional.empty();
        }
        String patch = matcher.group(3);
        return Optional.of(new RsyncVersion(
                Integer.parseInt(matcher.group(1)),
                Integer.parseInt(matcher.group(2)),
                patch == null ? 0 : Integer.parseInt(patch)));
    }

    /**
     * Asks an executable.
     *
     * @throws WeirException saying what to install when it is missing, is no rsync, or is too old
     */
    static RsyncVersion require(String executable) throws InterruptedException {
        String printed;
        try {
            Process process = new ProcessBuilder(executable, "--version")
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            printed = new String(process.getInputStream().readNBytes(4096), StandardCharsets.UTF_8);
            process.getInputStream().close();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "run " + executable + ": " + e.getMessage() + "; install the package rsync (apt-get install rsync),"
                            + " or set rsyncd.executable",
                    e);
        }
        RsyncVersion version = parse(printed)
                .orElseThrow(() -> new WeirException(
                        ExitCode.UNAVAILABLE,
                        "run " + executable + " --version: it does not say a version of rsync; install the package"
                                + " rsync, or set rsyncd.executable"));
        if (version.compareTo(OLDEST) < 0) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    executable + " is rsync " + version + ", and " + OLDEST + " is the oldest supported; upgrade the"
                            + " package rsync, or set rsyncd.executable to a newer one");
        }
        return version;
    }

    @Override
    public int compareTo(RsyncVersion other) {
        return Arrays.compare(new int[] {major, minor, patch}, new int[] {other.major, other.minor, other.patch});
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
