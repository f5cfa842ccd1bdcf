package io.weir.service.registry;

import io.weir.service.ExitCode;
import io.weir.service.RegistrySettings;
import io.weir.service.RegistrySettings.Store;
import io.weir.service.Setting;
import io.weir.service.WeirException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Makes TLS contexts by the files that settings name: what proves the registry to us, and what proves us to it. */
final class Trust {
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String KEY = "PRIVATE KEY";

    private Trust() {}

    /** A part of a context, made of a store. */
    @FunctionalInterface
    private interface Part<T> {
        T of(Store store) throws IOException, GeneralSecurityException;
    }

    /**
     * Trusts the certificates of the truststore and no others, and shows those of the keystore; empty when there is neither.
     *
     * @throws WeirException (SETTINGS) when a file cannot be used
     */
    static Optional<SSLContext> of(RegistrySettings settings) {
        if (settings.truststore().isEmpty() && settings.keystore().isEmpty()) {
            return Optional.empty();
        }
        TrustManager @Nullable [] trusted = settings.truststore()
                .map(store -> read(
                        "the certificates to trust",
                        store,
                        Trust::trusted,
                        RegistrySettings.TRUSTSTORE,
                        RegistrySettings.TRUSTSTORE_PASSWORD))
                .orElse(null);
        KeyManager @Nullable [] keys = settings.keystore()
                .map(store -> read(
                        "this client's key and certificate",
                        store,
                        Trust::keys,
                        RegistrySettings.KEYSTORE,
                        RegistrySettings.KEYSTORE_PASSWORD))
                .orElse(null);
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trusted, null);
            return Optional.of(context);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no TLS", e);
        }
    }

    private static <T> T read(String what, Store store, Part<T> part, Setting<?> file, Setting<?> password) {
        try {
            return part.of(store);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new WeirException(
                    ExitCode.SETTINGS,
                    "read " + what + " from " + store.file() + ": " + e.getMessage() + "; check " + file.key() + " and "
                            + password.key(),
                    e);
        }
    }

    private static TrustManager[] trusted(Store store) throws IOException, GeneralSecurityException {
        List<Certificate> certificates = certificates(pem(store.file()));
        KeyStore trusted;
        if (certificates.isEmpty()) {
            trusted =
                    KeyStore.getInstance(store.file().toFile(), store.password().toCharArray());
        } else {
            trusted = empty();
            for (Certificate each : certificates) {
                trusted.setCertificateEntry("ca-" + trusted.size(), each);
            }
        }
        if (trusted.size() == 0) {
            throw new GeneralSecurityException("it holds no certificate that can be seen with this password");
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return factory.getTrustManagers();
    }

    private static KeyManager[] keys(Store store) throws IOException, GeneralSecurityException {
        List<Block> blocks = pem(store.file());
        char[] password = store.password().toCharArray();
        KeyStore keys =
                blocks.isEmpty() ? KeyStore.getInstance(store.file().toFile(), password) : ofPem(blocks, password);
        boolean hasKey = false;
        for (String alias : Collections.list(keys.aliases())) {
            hasKey |= keys.isKeyEntry(alias);
        }
        if (!hasKey) {
            throw new GeneralSecurityException("it holds no private key that can be seen with this password");
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, password);
        return factory.getKeyManagers();
    }

    private static KeyStore ofPem(List<Block> blocks, char[] password) throws IOException, GeneralSecurityException {
        List<Certificate> chain = certificates(blocks);
        Optional<Block> key =
                blocks.stream().filter(each -> each.type().endsWith(KEY)).findFirst();
        if (key.isEmpty() || chain.isEmpty()) {
            throw new GeneralSecurityException("it lacks a private key, or its certificate");
        }
        if (!key.get().type().equals(KEY)) {
            throw new GeneralSecurityException("it holds a " + key.get().type() + ", but a key must be an unencrypted "
                    + KEY + ", as `openssl pkcs8 -topk8 -nocrypt` writes it");
        }
        Key secret = KeyFactory.getInstance(chain.get(0).getPublicKey().getAlgorithm())
                .generatePrivate(new PKCS8EncodedKeySpec(key.get().content()));
        KeyStore keys = empty();
        keys.setKeyEntry("key", secret, password, chain.toArray(Certificate[]::new));
        return keys;
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        return store;
    }

    private static List<Certificate> certificates(List<Block> blocks) throws GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<Certificate> all = new ArrayList<>();
        for (Block each : blocks) {
            if (each.type().endsWith(CERTIFICATE)) {
                all.add(factory.generateCertificate(new ByteArrayInputStream(each.content())));
            }
        }
        return all;
    }

    /** One part of a PEM file. */
    private record Block(String type, String text) {
        byte[] content() {
            return Base64.getMimeDecoder().decode(text);
        }
    }

    /** The parts of a PEM file, in order; none when it is no such file. */
    private static List<Block> pem(Path file) throws IOException {
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = PEM.matcher(text);
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
        return blocks;
    }
}
