package io.weir.service;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/** Looks at files that settings name. What is wrong completes "key ...", and says what to do. */
public final class NamedFile {
    private static final Set<PosixFilePermission> OTHERS =
            Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

    private NamedFile() {}

    /** Why a file cannot be read; empty when it can. By opening it: access(2) knows nothing of capabilities. */
    public static Optional<String> unreadable(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            in.read();
            return Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.of("names " + file + ", which is not there; put it there, or name another one");
        } catch (AccessDeniedException e) {
            return Optional.of("names " + file + ", which this user may not read; let it (chgrp, chmod g+r)");
        } catch (IOException e) {
            return Optional.of("names " + file + ", which cannot be read: " + e.getMessage());
        }
    }

    /** The same of a file with a secret, which not everybody may read or write. */
    public static Optional<String> unfitForSecret(Path file) {
        Optional<String> unreadable = unreadable(file);
        return unreadable.isPresent() ? unreadable : exposed(file);
    }

    private static Optional<String> exposed(Path file) {
        try {
            return Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)
                    ? Optional.of("names " + file + ", which everybody may read or write; chmod o= it")
                    : Optional.empty();
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.of("names " + file + ", which cannot be looked at: " + e.getMessage());
        }
    }
}
