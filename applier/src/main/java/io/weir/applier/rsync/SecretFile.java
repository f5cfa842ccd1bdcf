package io.weir.applier.rsync;

import io.weir.posix.Processes;
import io.weir.service.NamedFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks at the password of a module as rsync does before it uses it ({@code getpassf} in its authenticate.c). */
public final class SecretFile {
    private SecretFile() {}

    /** Why pulls by an endpoint will be refused; empty when nothing is known to be wrong. Completes "secrets.file ...". */
    public static Optional<String> trouble(RsyncEndpoint endpoint) {
        Path file = endpoint.secretsFile();
        if (file == null) {
            return Optional.empty();
        }
        Optional<String> unfit = NamedFile.unfitForSecret(file);
        if (unfit.isPresent()) {
            return unfit;
        }
        try {
            return look(file, endpoint.user());
        } catch (IOException e) {
            return Optional.of("names " + file + ", which cannot be looked at: " + e.getMessage());
        }
    }

    private static Optional<String> look(Path file, @Nullable String user) throws IOException {
        if (Processes.effectiveUid() == 0 && !Integer.valueOf(0).equals(Files.getAttribute(file, "unix:uid"))) {
            return Optional.of("names " + file + ", which rsync does not take from another owner when it runs as root;"
                    + " chown root it");
        }
        byte[] content = Files.readAllBytes(file);
        if (content.length == 0 || content[0] == '\n') {
            return Optional.of("names " + file + ", which begins with no password; write it into the first line");
        }
        byte[] line = user == null ? new byte[0] : (user + ":").getBytes(StandardCharsets.UTF_8);
        boolean isNamed = line.length > 0
                && content.length >= line.length
                && Arrays.equals(content, 0, line.length, line, 0, line.length);
        return isNamed
                ? Optional.of("names " + file + ", which begins with '" + user + ":'; it must hold the password alone,"
                        + " without the user, as the agent's rsyncd.secrets-file has both")
                : Optional.empty();
    }
}
