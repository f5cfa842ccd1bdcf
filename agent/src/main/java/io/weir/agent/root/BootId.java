package io.weir.agent.root;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which start of the machine this is. */
public final class BootId {
    private static final Logger log = LoggerFactory.getLogger(BootId.class);
    private static final Path FILE = Path.of("/proc/sys/kernel/random/boot_id");

    private BootId() {}

    /** A random name that the kernel took at its start; empty when it does not tell. */
    public static String read() {
        try {
            return Files.readString(FILE, StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            log.warn("it is not known when the machine was started: cause={}", e.getMessage());
            return "";
        }
    }
}
