package io.weir.service.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/** An authority, and keys whose certificates it signed, made by the JDK's keytool in a directory. */
final class Certificates {
    static final String PASSWORD = "changeit";

    private static final String AUTHORITY = "authority";

    private final Path directory;
    private final Path all;

    Certificates(Path directory) throws Exception {
        this.directory = directory;
        all = directory.resolve("all.p12");
        keytool("-genkeypair", "-alias", AUTHORITY, "-dname", "CN=authority", "-ext", "bc:c", "-validity", "30");
    }

    /** Makes a key of this name and host, with a certificate that has these properties. */
    Certificates sign(String name, String host, String... properties) throws Exception {
        List<String> arguments = new ArrayList<>(
                List.of("-genkeypair", "-alias", name, "-dname", "CN=" + name, "-ext", "san=dns:" + host));
        arguments.addAll(List.of("-signer", AUTHORITY, "-signerkeypass", PASSWORD));
        arguments.addAll(List.of(properties));
        keytool(arguments.toArray(String[]::new));
        return this;
    }

    /** The authority's certificate. */
    Path authority() throws Exception {
        return pem(AUTHORITY + ".pem", certificates(AUTHORITY).subList(0, 1));
    }

    /** A PKCS12 store with one key and its certificates. */
    Path store(String name) throws Exception {
        Path file = directory.resolve(name + ".p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            only(name).store(out, PASSWORD.toCharArray());
        }
        return file;
    }

    /** The same as a PEM file. */
    Path pem(String name) throws Exception {
        Path file = pem(name + ".pem", certificates(name));
        String key = text(
                "PRIVATE KEY", only(name).getKey(name, PASSWORD.toCharArray()).getEncoded());
        return Files.writeString(file, key + Files.readString(file));
    }

    /** A server with one of the keys, which lets in only who has one of the authority, when it asks for that. */
    HttpsConfigurator server(String name, boolean asksForCertificates) throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(only(name), PASSWORD.toCharArray());
        KeyStore trusted = empty();
        trusted.setCertificateEntry(AUTHORITY, certificates(AUTHORITY).get(0));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters tls = getSSLContext().getDefaultSSLParameters();
                tls.setNeedClientAuth(asksForCertificates);
                parameters.setSSLParameters(tls);
            }
        };
    }

    private KeyStore only(String name) throws Exception {
        KeyStore one = empty();
        one.setKeyEntry(
                name,
                load().getKey(name, PASSWORD.toCharArray()),
                PASSWORD.toCharArray(),
                certificates(name).toArray(Certificate[]::new));
        return one;
    }

    private List<Certificate> certificates(String name) throws Exception {
        return List.of(load().getCertificateChain(name));
    }

    private KeyStore load() throws Exception {
        KeyStore store = empty();
        try (InputStream in = Files.newInputStream(all)) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }

    private static KeyStore empty() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private Path pem(String file, List<Certificate> certificates) throws Exception {
        StringBuilder text = new StringBuilder("# made by a test\n");
        for (Certificate each : certificates) {
            text.append(text("CERTIFICATE", each.getEncoded()));
        }
        return Files.writeString(directory.resolve(file), text.toString());
    }

    private static String text(String type, byte[] content) {
        String lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(content);
        return "-----BEGIN " + type + "-----\n" + lines + "\n-----END " + type + "-----\n";
    }

    private void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keyalg", "EC", "-keystore", all.toString(), "-storepass", PASSWORD));
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-Xshare:auto"));
        Path output = directory.resolve("keytool.log");
        int exit = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start()
                .waitFor();
        assertThat(exit).as(Files.readString(output)).isZero();
    }
}
