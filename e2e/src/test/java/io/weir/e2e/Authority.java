package io.weir.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A certificate authority of a test, which signs certificates with the openssl of this machine. */
final class Authority {
    private static final int DAYS = 2;

    private final Path folder;

    /** A certificate and its key, PEM. */
    record Pair(Path certificate, Path key) {
        /** Puts copies into the place of others, as who renews a certificate does. */
        void into(Pair other) throws IOException {
            copy(key, other.key());
            copy(certificate, other.certificate());
        }

        private static void copy(Path from, Path to) throws IOException {
            Path aside = Files.copy(from, to.resolveSibling(to.getFileName() + ".new"));
            Files.setPosixFilePermissions(aside, PosixFilePermissions.fromString("rw-------"));
            Files.move(aside, to, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private Authority(Path folder) {
        this.folder = folder;
    }

    /** Skips the test with a clear line where there is no stunnel. */
    static void required() {
        for (String program : List.of("stunnel", "openssl")) {
            boolean there = Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                    .anyMatch(each -> Files.isExecutable(Path.of(each, program)));
            assumeTrue(there, "skipped: no " + program + " on the PATH; ./verify installs it");
        }
    }

    /** A new one that nobody knows yet. */
    static Authority in(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Authority authority = new Authority(folder);
        authority.openssl(
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-keyout",
                "ca.key",
                "-out",
                "ca.pem",
                "-days",
                "" + DAYS,
                "-subj",
                "/CN=authority of a test");
        return authority;
    }

    /** Its own certificate. */
    Path ca() {
        return folder.resolve("ca.pem");
    }

    /** Signs a certificate for a name (as in subjectAltName: {@code DNS:localhost}, {@code IP:127.0.0.1}). */
    Pair sign(String file, String name) throws IOException, InterruptedException {
        return sign(file, name, DAYS);
    }

    /** One that ended yesterday. */
    Pair signExpired(String file, String name) throws IOException, InterruptedException {
        return sign(file, name, -1);
    }

    private Pair sign(String file, String name, int days) throws IOException, InterruptedException {
        Pair pair = new Pair(folder.resolve(file + ".pem"), folder.resolve(file + ".key"));
        openssl(
                "req",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-keyout",
                pair.key().toString(),
                "-out",
                file + ".csr",
                "-subj",
                "/CN=" + file);
        Files.writeString(folder.resolve(file + ".ext"), "subjectAltName=" + name + "\n");
        openssl(
                "x509",
                "-req",
                "-in",
                file + ".csr",
                "-CA",
                "ca.pem",
                "-CAkey",
                "ca.key",
                "-CAcreateserial",
                "-days",
                "" + days,
                "-extfile",
                file + ".ext",
                "-out",
                pair.certificate().toString());
        Files.setPosixFilePermissions(pair.key(), PosixFilePermissions.fromString("rw-------"));
        return pair;
    }

    private void openssl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(Arrays.asList(arguments));
        Shell.run(folder, command.toArray(String[]::new));
    }
}
