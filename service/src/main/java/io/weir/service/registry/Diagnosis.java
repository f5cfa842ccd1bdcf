package io.weir.service.registry;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Why one address of a registry gave no answer, for people. Pure.
 *
 * @param cause what happened, with the address
 * @param hint what to do
 */
record Diagnosis(String cause, String hint) {
    private static final String CHECK = "check that the registry runs and schema.registry.url";

    /** What a server says that does not like what a client proves itself with; others than Java have other names for it. */
    private static final Pattern UNPROVEN =
            Pattern.compile("Received fatal alert: .*(certificate|unknown_ca|handshake_failure|access_denied)");

    /** What Java says, in one way or another, of an answer that is no TLS. */
    private static final Pattern PLAIN = Pattern.compile("(?i)unrecognized SSL message");

    /** Of an answer that says that the registry cannot answer now. */
    static Diagnosis of(RegistryHttp.Answer answer) {
        return new Diagnosis(
                answer.url() + " answers " + answer.status() + " " + RegistryHttp.shortened(answer.body()), CHECK);
    }

    /**
     * Of a call that failed.
     *
     * @param hasKey whether this client has a key to prove itself with
     */
    static Diagnosis of(URI url, IOException failure, boolean hasKey) {
        return new Diagnosis(url + ": " + why(failure), hint(url, failure, hasKey));
    }

    private static String why(IOException failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String said = root.getMessage() == null ? "" : root.getMessage();
        if (root instanceof UnresolvedAddressException) {
            return "its name cannot be resolved";
        }
        if (failure instanceof ConnectException) {
            return "cannot be connected to" + (said.isEmpty() ? "" : ", " + said);
        }
        // The client's own exceptions often say nothing but their names.
        return failure.getClass().getSimpleName() + ", "
                + (said.isEmpty() ? root.getClass().getSimpleName() : said);
    }

    private static String hint(URI url, IOException failure, boolean hasKey) {
        if (find(failure, CertificateExpiredException.class) != null
                || find(failure, CertificateNotYetValidException.class) != null) {
            return "the registry's certificate is out of date, or this machine's clock is wrong: renew it there";
        }
        SSLException tls = find(failure, SSLException.class);
        String said = tls == null ? "" : String.valueOf(tls.getMessage());
        if (PLAIN.matcher(said).find()) {
            return "this port speaks no TLS: is schema.registry.url to begin with http:// there?";
        }
        if (UNPROVEN.matcher(said).find()) {
            return hasKey
                    ? "the registry does not take the certificate in schema.registry.keystore.file: have it signed by an"
                            + " authority that the registry trusts"
                    : "the registry asks for a client's certificate: set schema.registry.keystore.file";
        }
        if (find(failure, GeneralSecurityException.class) != null) {
            return "have schema.registry.truststore.file name the certificate of the authority that signed the"
                    + " registry's, and schema.registry.url the host that is in it";
        }
        boolean isBroken = !(failure instanceof ConnectException || failure instanceof HttpTimeoutException);
        if (isBroken && "https".equals(url.getScheme())) {
            // What a server says against a client may be lost behind the end of the connection.
            return CHECK
                    + (hasKey
                            ? "; it may not take the certificate in schema.registry.keystore.file"
                            : "; if it asks for a client's certificate, set schema.registry.keystore.file");
        }
        return CHECK;
    }

    private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (type.isInstance(at)) {
                return type.cast(at);
            }
        }
        return null;
    }
}
