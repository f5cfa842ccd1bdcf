package io.weir.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

/** A refusal by Kafka is told by what is missing. */
class RefusalTest {
    private static String told(Exception failure) {
        return Refusal.explain(new KafkaException("behind it", failure), AclOperation.WRITE, "weir.changes");
    }

    @Test
    void missingRightIsNamedWithItsTopicOrGroup() {
        assertThat(told(new TopicAuthorizationException(Set.of("weir.batches"))))
                .startsWith("the Kafka user lacks the right WRITE on topic weir.batches;")
                .contains("weir acls");
        assertThat(told(new TopicAuthorizationException("Authorization failed.")))
                .contains("lacks the right WRITE on topic weir.changes;");
        assertThat(told(GroupAuthorizationException.forGroupId("weir.backup1")))
                .contains("lacks the right READ on group weir.backup1;");
        assertThat(told(new ClusterAuthorizationException("no"))).contains("lacks the right WRITE on the cluster;");
    }

    @Test
    void topicThatNobodyNamesIsLeftOut() {
        assertThat(Refusal.explain(new TopicAuthorizationException("Authorization failed."), AclOperation.CREATE))
                .contains("lacks the right CREATE (Authorization failed.);");
    }

    @Test
    void whoIsNotLetInIsToldToLookAtTheSettings() {
        assertThat(told(new SaslAuthenticationException("invalid credentials")))
                .startsWith("Kafka does not let this user in: invalid credentials")
                .contains("the user, the password and the certificates");
    }

    @Test
    void certificateThatIsRefusedIsToldByWhatIsWrongWithIt() {
        assertThat(tls(new CertificateExpiredException("NotAfter: 1 May")))
                .startsWith("Kafka's certificate has expired (NotAfter: 1 May)")
                .contains("weir server");
        assertThat(tls(new CertificateNotYetValidException("NotBefore: 1 May"))).contains("not valid yet", "clock");
        assertThat(tls(new CertPathBuilderException("unable to find valid certification path")))
                .contains("authority that is not known here", "kafka.ssl.truststore.location");
        assertThat(tls(new CertificateException("No name matching kafka1 found")))
                .contains("of another host", "kafka.bootstrap.servers");
    }

    private static String tls(Exception cause) {
        return told(new SslAuthenticationException(
                "SSL handshake failed", new IllegalStateException("as it is wrapped", cause)));
    }

    @Test
    void otherFailuresAreToldAsTheyAre() {
        assertThat(Refusal.explain(new KafkaException("disconnected"), AclOperation.READ))
                .isEqualTo("org.apache.kafka.common.KafkaException: disconnected");
    }
}
