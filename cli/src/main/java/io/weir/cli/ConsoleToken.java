package io.weir.cli;

import io.weir.service.DurableFile;
import io.weir.service.ExitCode;
import io.weir.service.Secrets;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The token of the page that an {@code up} serves: made once, kept in its data directory for its owner only. */
final class ConsoleToken {
    /** In the data directory. */
    static final String FILE = "console.token";

    private ConsoleToken() {}

    /** Where it is kept. */
    static Path file(Path data) {
        return data.toAbsolutePath().resolve(FILE);
    }

    /**
     * The token of a data directory.
     *
     * @throws WeirException (FAILURE) when it can be neither read nor written
     */
    static String of(Path data) {
        Path file = file(data);
        try {
            if (!Files.exists(file)) {
                DurableFile.replacePrivately(file, Secrets.random().getBytes(StandardCharsets.US_ASCII));
            }
            return Files.readString(file, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new WeirException(ExitCode.FAILURE, "keep the page's token in " + file + ": " + e, e);
        }
    }
}
