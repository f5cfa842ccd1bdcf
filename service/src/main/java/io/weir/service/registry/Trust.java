package io.weir.service.registry;

import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Makes TLS contexts that trust the certificates of a file, and no others. */
final class Trust {
    private static final String PEM = "-----BEGIN";

    private Trust() {}

    /**
     * Of a PEM file, or of a PKCS12 or JKS store.
     *
     * @throws WeirException (SETTINGS) when the file cannot be used
     */
    static SSLContext of(Path file, String password) {
        try {
            KeyStore store = isPem(Files.readAllBytes(file))
                    ? ofPem(Files.readAllBytes(file))
                    : KeyStore.getInstance(file.toFile(), password.toCharArray());
            if (store.size() == 0) {
                throw new GeneralSecurityException("it holds no certificate that can be seen with this password");
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new WeirException(
                    ExitCode.SETTINGS,
                    "read the certificates to trust from " + file + ": " + e.getMessage()
                            + "; check schema.registry.truststore.file and schema.registry.truststore.password",
                    e);
        }
    }

    private static boolean isPem(byte[] content) {
        return new String(content, StandardCharsets.ISO_8859_1).contains(PEM);
    }

    private static KeyStore ofPem(byte[] content) throws IOException, GeneralSecurityException {
        Collection<? extends Certificate> all =
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(content));
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        for (Certificate each : all) {
            store.setCertificateEntry("ca-" + number, each);
            number++;
        }
        return store;
    }
}
