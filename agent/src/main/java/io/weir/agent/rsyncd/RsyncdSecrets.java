package io.weir.agent.rsyncd;

import io.weir.posix.Processes;
import io.weir.service.NamedFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Looks at the secrets of the rsync daemon as that does, which tells its clients only that they are not let in. */
public final class RsyncdSecrets {
    private RsyncdSecrets() {}

    /** What is wrong with the file of secrets; empty when a client of that user is let in. Completes "rsyncd.secrets-file ...". */
    public static Optional<String> trouble(Path file, String user) {
        Optional<String> unfit = NamedFile.unfitForSecret(file);
        if (unfit.isPresent()) {
            return unfit;
        }
        try {
            if (Processes.effectiveUid() == 0 && !Integer.valueOf(0).equals(Files.getAttribute(file, "unix:uid"))) {
                return Optional.of("names " + file + ", which rsync does not take from another owner when it runs as"
                        + " root; chown root it");
            }
            boolean hasUser = Files.readString(file, StandardCharsets.ISO_8859_1)
                    .lines()
                    .anyMatch(line -> line.startsWith(user + ":") && line.length() > user.length() + 1);
            return hasUser
                    ? Optional.empty()
                    : Optional.of(
                            "names " + file + ", which has no line '" + user + ":SECRET' for rsyncd.user; add it");
        } catch (IOException e) {
            return Optional.of("names " + file + ", which cannot be looked at: " + e.getMessage());
        }
    }

    /** Why an address needs a file of secrets, when there is none. Completes "rsyncd.address ...". */
    public static Optional<String> troubleWithout(Optional<Path> secrets, String address) {
        try {
            return secrets.isPresent() || InetAddress.getByName(address).isLoopbackAddress()
                    ? Optional.empty()
                    : Optional.of(address + " is reachable from other machines, and no secret is shared with them; set"
                            + " rsyncd.secrets-file to a file of user:secret lines, mode 0600");
        } catch (UnknownHostException e) {
            return Optional.of("is no address: " + e.getMessage());
        }
    }
}
