package io.weir.cli.server;

import io.weir.cli.Shell;
import io.weir.service.DurableFile;
import io.weir.service.ExitCode;
import io.weir.service.Secrets;
import io.weir.service.WeirException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
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

    /**
     * Makes the authority when there is none.
     *
     * @throws WeirException (UNAVAILABLE) when there was one, and its key is not there
     */
    void make(String host) {
        directory.alone(() -> {
            makeAlone(host);
            return true;
        });
    }

    private void makeAlone(String host) {
        try {
            if (Files.exists(directory.authority())) {
                exportAuthority();
                return;
            }
            if (Files.exists(directory.authorityCertificate())) {
                throw keyIsMissing(host);
            }
            ServerDirectory.keepOrWrite(directory.authorityPassword(), Secrets.random() + "\n");
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
            DurableFile.replacePrivately(directory.authority(), Files.readAllBytes(aside));
            Files.delete(aside);
            exportAuthority();
        } catch (IOException | GeneralSecurityException e) {
            throw failed("make the certificate authority", e);
        }
    }

    private void exportAuthority() throws IOException, GeneralSecurityException {
        if (!Files.exists(directory.authorityCertificate())) {
            Certificate certificate =
                    Objects.requireNonNull(load(directory.authority()).getCertificate(AUTHORITY), "made before");
            DurableFile.replace(
                    directory.authorityCertificate(),
                    pem("CERTIFICATE", certificate.getEncoded()).getBytes(StandardCharsets.US_ASCII));
        }
    }

    /**
     * Makes the broker's certificate anew when there is none for this host, or it ends soon.
     *
     * @return whether it did
     */
    boolean renewIfDue(String host, Instant now) {
        if (holds(host, now.plus(RENEWED_BEFORE))) {
            return false;
        }
        renew(host);
        return true;
    }

    /** The same for a start, which a certificate that holds now is enough for: that it cannot be made anew is only told then. */
    void prepare(String host, Instant now) {
        try {
            renewIfDue(host, now);
        } catch (WeirException e) {
            if (e.exitCode() == ExitCode.INTERRUPTED || !holds(host, now)) {
                throw e;
            }
            log.warn(
                    "The server's certificate is not renewed: until={} cause={}",
                    certificate().getNotAfter().toInstant(),
                    e.getMessage());
        }
    }

    /** Whether there is a certificate for a host that holds at a time. */
    private boolean holds(String host, Instant when) {
        if (!Files.exists(directory.certificate())) {
            return false;
        }
        X509Certificate certificate = certificate();
        return certificate.getNotAfter().toInstant().isAfter(when) && names(certificate, host);
    }

    /** Makes the broker's key and certificate anew; a broker that runs takes them when it is told to. */
    void renew(String host) {
        directory.alone(() -> {
            renewAlone(host);
            return true;
        });
    }

    private WeirException keyIsMissing(String host) {
        return new WeirException(
                ExitCode.UNAVAILABLE,
                "make a certificate for " + host + ": the authority's key " + directory.authority()
                        + " is not there; bring it back from a backup, or move " + directory.certificate() + " and "
                        + directory.authorityCertificate() + " away, run "
                        + Shell.weir("server", "init", "--dir", directory.path().toString(), "--host", host)
                        + ", and give the new " + directory.authorityCertificate() + " to all hosts");
    }

    private void renewAlone(String host) {
        String kind = ServerSettings.isNumeric(host) ? "ip:" : "dns:";
        try {
            if (!Files.exists(directory.authority())) {
                throw keyIsMissing(host);
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

    /** Whether a certificate is for a host. An address has several forms, of which the certificate gives one: 2001:db8:0:0:0:0:0:1. */
    private static boolean names(X509Certificate certificate, String host) {
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            if (all == null) {
                return false;
            }
            for (List<?> each : all) {
                String name = String.valueOf(each.get(1));
                if (name.equals(host) || isSameAddress(name, host)) {
                    return true;
                }
            }
            return false;
        } catch (GeneralSecurityException e) {
            // One that cannot be read is made anew.
            return false;
        }
    }

    private static boolean isSameAddress(String one, String other) {
        if (!ServerSettings.isNumeric(one) || !ServerSettings.isNumeric(other)) {
            return false;
        }
        try {
            return InetAddress.getByName(one).equals(InetAddress.getByName(other));
        } catch (UnknownHostException e) {
            return false;
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
