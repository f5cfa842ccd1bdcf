package io.weir.service;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jspecify.annotations.Nullable;

/** What a failure of a Kafka client says to a person when Kafka refused the user: who is not let in, or the right that is missing. Pure. */
public final class Refusal {
    private Refusal() {}

    /**
     * The text of a failure. Kafka tells what was refused, but not which operation; whoever called knows that.
     *
     * @param wanted what was tried on topics
     */
    public static String explain(Throwable failure, AclOperation wanted) {
        return explain(failure, wanted, "");
    }

    /**
     * The same.
     *
     * @param topic the topic that was meant, as Kafka does not always say
     */
    public static String explain(Throwable failure, AclOperation wanted, String topic) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof AuthenticationException) {
                return notLetIn(at);
            }
            String right = right(at, wanted, topic);
            if (right != null) {
                return "the Kafka user lacks the right " + right
                        + "; `weir acls --role ROLE` prints all that each role needs";
            }
        }
        return failure.toString();
    }

    private static String notLetIn(Throwable refusal) {
        for (Throwable at = refusal.getCause(); at != null; at = at.getCause()) {
            if (at instanceof CertificateExpiredException) {
                return "Kafka's certificate has expired (" + at.getMessage()
                        + "): renew it where Kafka runs (`weir server`: start it again, it renews its own), or set the"
                        + " clock of this machine";
            }
            if (at instanceof CertificateNotYetValidException) {
                return "Kafka's certificate is not valid yet (" + at.getMessage()
                        + "): set the clock of this machine, or of the one where the certificate was made";
            }
            if (at instanceof CertPathBuilderException) {
                return "Kafka proves itself with a certificate of an authority that is not known here ("
                        + at.getMessage()
                        + "): let `kafka.ssl.truststore.location` name the right one (`weir server`: weir-ca.pem)";
            }
            if (at instanceof CertificateException
                    && String.valueOf(at.getMessage()).startsWith("No ")) {
                return "Kafka's certificate is of another host (" + at.getMessage()
                        + "): let `kafka.bootstrap.servers` name one that it has";
            }
        }
        return "Kafka does not let this user in: " + refusal.getMessage()
                + "; check the user, the password and the certificates below `kafka` in the settings";
    }

    private static @Nullable String right(Throwable refusal, AclOperation wanted, String topic) {
        if (refusal instanceof TopicAuthorizationException topics) {
            String named =
                    topics.unauthorizedTopics().isEmpty() ? topic : String.join(", ", topics.unauthorizedTopics());
            return named.isEmpty() ? wanted + " (" + topics.getMessage() + ")" : wanted + " on topic " + named;
        }
        if (refusal instanceof GroupAuthorizationException group) {
            return AclOperation.READ + " on group " + (group.groupId() == null ? group.getMessage() : group.groupId());
        }
        return refusal instanceof ClusterAuthorizationException ? wanted + " on the cluster" : null;
    }
}
