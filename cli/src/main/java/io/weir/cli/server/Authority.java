package io.weir.cli.server;

import io.weir.cli.Shell;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The site's own certificate authority, and the certificate that it gives to the broker. Keys are made by the {@code keytool} of
 * the running Java. The authority lasts for {@value #AUTHORITY_DAYS} days, the broker's certificate for {@value #SERVER_DAYS}, and is
 * made anew by the authority, which other hosts know, so that they need nothing new. Used by one thread.
 */
final class Authority {
    /** A certificate with less left is made anew at a start. */
    static final Duration RENEWED_BEFORE = Duration.ofDays(90);

    private static final Logger log = LoggerFactory.getLogger(Authority.class);
    private static final int AUTHORITY_DAYS = 7300;
    private static final int SERVER_DAYS = 825;
    private static final String AUTHORITY = "authority";
    private static final String SERVER = "server";
    private static final int PEM_LINE = 64;

    private final ServerDirectory directory;

    Authority(ServerDirectory directory) {
        this.directory = directory;
    }

    /** Makes the authority when there is none. */
    void make(String host) {
        try {
            if (Files.exists(directory.authority())) {
                exportAuthority();
                return;
            }
            ServerDirectory.keepOrWrite(directory.authorityPassword(), ServerDirectory.secret() + "\n");
            Path aside = aside();
            keytool(
                    aside,
                    "-genkeypair",
                    "-alias",
                    AUTHORITY,
                    "-dname",
                    "CN=Weir of " + host,
                    "-ext",
                    "bc:critical=ca:true,pathlen:0",
                    "-ext",
                    "ku:critical=keyCertSign,cRLSign",
                    "-validity",
                    Integer.toString(AUTHORITY_DAYS));
            Files.move(aside, directory.authority());
            exportAuthority();
        } catch (IOException | GeneralSecurityException e) {
            throw failed("make the certificate authority", e);
        }
    }

    private void exportAuthority() throws IOException, GeneralSecurityException {
        if (!Files.exists(directory.authorityCertificate())) {
            Certificate certificate =
                    Objects.requireNonNull(load(directory.authority()).getCertificate(AUTHORITY), "made before");
            Files.writeString(directory.authorityCertificate(), pem("CERTIFICATE", certificate.getEncoded()));
        }
    }

    /**
     * Makes the broker's certificate anew when there is none for this host, or it ends soon.
     *
     * @return whether it did
     */
    boolean renewIfDue(String host, Instant now) {
        if (Files.exists(directory.certificate())) {
            X509Certificate certificate = certificate();
            boolean lasts = certificate.getNotAfter().toInstant().isAfter(now.plus(RENEWED_BEFORE));
            if (lasts && names(certificate).contains(host)) {
                return false;
            }
        }
        renew(host);
        return true;
    }

    /** Makes the broker's key and certificate anew; a broker that runs takes them at its next start. */
    void renew(String host) {
        String kind = ServerSettings.isNumeric(host) ? "ip:" : "dns:";
        try {
            if (!Files.exists(directory.authority())) {
                throw new WeirException(
                        ExitCode.UNAVAILABLE,
                        "make a certificate for " + host + ": the authority's key " + directory.authority()
                                + " is not there; bring it back from a backup, or move " + directory.certificate()
                                + " and " + directory.authorityCertificate() + " away, run "
                                + Shell.weir(
                                        "server",
                                        "init",
                                        "--dir",
                                        directory.path().toString(),
                                        "--host",
                                        host)
                                + ", and give the new " + directory.authorityCertificate() + " to all hosts");
            }
            Path aside = aside();
            // A copy signs: the store keeps nothing but the authority.
            Files.copy(directory.authority(), aside);
            keytool(
                    aside,
                    "-genkeypair",
                    "-alias",
                    SERVER,
                    "-signer",
                    AUTHORITY,
                    "-dname",
                    "CN=" + host,
                    "-ext",
                    "san=" + kind + host,
                    "-ext",
                    "eku=serverAuth",
                    // Clocks of other hosts may be slow.
                    "-startdate",
                    "-1d",
                    "-validity",
                    Integer.toString(SERVER_DAYS));
            KeyStore store = load(aside);
            Key key = Objects.requireNonNull(store.getKey(SERVER, password()), "made just now");
            StringBuilder text = new StringBuilder(pem("PRIVATE KEY", key.getEncoded()));
            for (Certificate each : Objects.requireNonNull(store.getCertificateChain(SERVER), "made just now")) {
                text.append(pem("CERTIFICATE", each.getEncoded()));
            }
            ServerDirectory.writePrivately(directory.certificate(), text.toString());
            Files.delete(aside);
            log.info(
                    "Certificate made: host={} until={}",
                    host,
                    certificate().getNotAfter().toInstant());
        } catch (IOException | GeneralSecurityException e) {
            throw failed("make a certificate for " + host, e);
        }
    }

    /** The broker's certificate. */
    X509Certificate certificate() {
        try (InputStream in = Files.newInputStream(directory.certificate())) {
            // The key comes first, which this reader does not know.
            String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            String first = text.substring(Math.max(0, text.indexOf("-----BEGIN CERTIFICATE")));
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(first.getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException | GeneralSecurityException e) {
            throw failed("read certificate " + directory.certificate(), e);
        }
    }

    private static List<String> names(X509Certificate certificate) {
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            return all == null
                    ? List.of()
                    : all.stream().map(each -> String.valueOf(each.get(1))).toList();
        } catch (GeneralSecurityException e) {
            // One that cannot be read is made anew.
            return List.of();
        }
    }

    /** Where a store is made, so that one that is half made is never taken for one. */
    private Path aside() throws IOException {
        Path aside = directory.path().resolve("making.p12");
        Files.deleteIfExists(aside);
        return aside;
    }

    private KeyStore load(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, password());
        }
        return store;
    }

    private char[] password() throws IOException {
        return Files.readString(directory.authorityPassword()).strip().toCharArray();
    }

    private void keytool(Path store, String... arguments) throws IOException {
        Path program = Path.of(System.getProperty("java.home"), "bin", "keytool");
        if (!Files.isExecutable(program)) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "make keys: there is no " + program
                            + "; use a Java with keytool, such as Debian's openjdk-17-jre-headless");
        }
        List<String> command = new ArrayList<>();
        command.add(program.toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-storetype", "PKCS12"));
        command.addAll(List.of("-keystore", store.toString()));
        command.addAll(List.of("-storepass:file", directory.authorityPassword().toString()));
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (process.waitFor() != 0) {
                throw new IOException("keytool said: " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WeirException(ExitCode.INTERRUPTED, "making keys was interrupted", e);
        }
        // It makes a store that everyone may read.
        Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("rw-------"));
    }

    private static String pem(String type, byte[] content) {
        String lines = Base64.getMimeEncoder(PEM_LINE, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + type + "-----\n" + lines + "\n-----END " + type + "-----\n";
    }

    private WeirException failed(String what, Exception cause) {
        return new WeirException(ExitCode.FAILURE, what + " in " + directory.path() + ": " + cause.getMessage(), cause);
    }
}
