package io.weir.cli.server;

import io.weir.cli.KafkaAnswers;
import io.weir.cli.embedded.EmbeddedBroker;
import io.weir.cli.embedded.SiteAccess;
import io.weir.schemas.Rights;
import io.weir.schemas.Rights.Right;
import io.weir.schemas.Topics;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.resource.ResourcePattern;

/**
 * What the server's owner has Kafka do: users and their rights become those of the clients and of what the server runs itself, and
 * a new certificate is taken. Users that a person made under other names stay. Used by one thread.
 */
final class KafkaOwner implements AutoCloseable {
    /** The aggregator's user, who comes by loopback. */
    static final String AGGREGATOR = "aggregator";

    /** The web page's user, who does as well. */
    static final String CONSOLE = "console";

    private static final KafkaAnswers ANSWERS =
            new KafkaAnswers("the server's Kafka", "start the server again: it lets in all who are enrolled");
    private static final long PAUSE_NANOS = 20_000_000;
    /** The least that Kafka takes: what it slows down is guessing, and nobody guesses these passwords. */
    private static final int ITERATIONS = 4096;

    private final KafkaSettings kafka;
    private final Admin admin;

    /** Connects lazily, as Kafka's owner. */
    KafkaOwner(KafkaSettings owner) {
        this.kafka = owner;
        this.admin = Admin.create(owner.admin(Map.of(
                AdminClientConfig.CLIENT_ID_CONFIG, "weir-server",
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 20_000)));
    }

    /**
     * Lets these in and nobody else; returns when it holds.
     *
     * @param passwords by client
     * @throws WeirException (UNAVAILABLE) when Kafka cannot be asked, or does not come to know it
     */
    void makeEqual(Map<Client, String> passwords) {
        Set<AclBinding> wanted = rights(passwords.keySet());
        List<UserScramCredentialAlteration> changes = new ArrayList<>();
        Set<String> users = new HashSet<>();
        passwords.forEach((client, password) -> {
            users.add(client.user());
            changes.add(new UserScramCredentialUpsertion(
                    client.user(), new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS), password));
        });
        for (String known :
                get("list users", admin.describeUserScramCredentials().users())) {
            if (isOurs(known) && !users.contains(known)) {
                changes.add(new UserScramCredentialDeletion(known, ScramMechanism.SCRAM_SHA_512));
            }
        }
        if (!changes.isEmpty()) {
            get(
                    "set the passwords of users",
                    admin.alterUserScramCredentials(changes).all());
        }
        Set<AclBinding> present = ours();
        List<AclBindingFilter> surplus = present.stream()
                .filter(each -> !wanted.contains(each))
                .map(AclBinding::toFilter)
                .toList();
        if (!surplus.isEmpty()) {
            get("take rights away", admin.deleteAcls(surplus).all());
        }
        List<AclBinding> missing =
                wanted.stream().filter(each -> !present.contains(each)).toList();
        if (!missing.isEmpty()) {
            get("give rights", admin.createAcls(missing).all());
        }
        await(wanted);
    }

    /** What the controller has noted the broker knows a moment later. */
    private void await(Set<AclBinding> wanted) {
        long start = System.nanoTime();
        while (!ours().equals(wanted)) {
            if (System.nanoTime() - start > KafkaAnswers.TIMEOUT.toNanos()) {
                throw new WeirException(
                        ExitCode.UNAVAILABLE,
                        "change rights at the server's Kafka: it has noted them, and they are not in force after "
                                + KafkaAnswers.TIMEOUT.toSeconds() + " s; try again, or start the server again");
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private Set<AclBinding> ours() {
        Set<AclBinding> ours = new HashSet<>(
                get("list rights", admin.describeAcls(AclBindingFilter.ANY).values()));
        ours.removeIf(each -> !isOurs(each.entry().principal().replaceFirst("^User:", "")));
        return ours;
    }

    private static boolean isOurs(String user) {
        return user.equals(AGGREGATOR) || user.equals(CONSOLE) || Client.isUser(user);
    }

    private Set<AclBinding> rights(Collection<Client> clients) {
        Topics topics = new Topics(kafka.topicPrefix());
        Set<AclBinding> all = new HashSet<>();
        add(AGGREGATOR, Rights.aggregator(topics), all);
        add(CONSOLE, Rights.operator(topics), all);
        clients.forEach(client -> add(client.user(), client.rights(topics), all));
        return all;
    }

    private static void add(String user, List<Right> rights, Set<AclBinding> to) {
        for (Right right : rights) {
            ResourcePattern pattern = new ResourcePattern(right.resource(), right.name(), right.pattern());
            right.operations()
                    .forEach(operation -> to.add(new AclBinding(
                            pattern, new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW))));
        }
    }

    /** Has the broker read its certificate again; new connections get the new one. */
    void reload(Path certificate) {
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, EmbeddedBroker.ID);
        // A value that is set, though it is the same, makes the broker read the file; taken back, the file may lie
        // elsewhere later.
        for (OpType operation : List.of(OpType.SET, OpType.DELETE)) {
            get(
                    "take the new certificate",
                    admin.incrementalAlterConfigs(Map.of(
                                    broker,
                                    List.of(new AlterConfigOp(
                                            new ConfigEntry(SiteAccess.CERTIFICATE, certificate.toString()),
                                            operation))))
                            .all());
        }
    }

    private static <T> T get(String operation, KafkaFuture<T> future) {
        return ANSWERS.get(operation, AclOperation.ALTER, future);
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(5));
    }
}
