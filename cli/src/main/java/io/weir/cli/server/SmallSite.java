package io.weir.cli.server;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.aggregator.Aggregator;
import io.weir.cli.embedded.EmbeddedBroker;
import io.weir.cli.embedded.LocalKafka;
import io.weir.cli.embedded.ServiceStack;
import io.weir.cli.embedded.SiteAccess;
import io.weir.console.ConsoleSettings;
import io.weir.service.FaultHandler;
import io.weir.service.HealthRegistry;
import io.weir.service.KafkaSettings;
import io.weir.service.Loop;
import io.weir.service.Secrets;
import io.weir.service.Service;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What a site without a Kafka of its own runs on one of its hosts: a broker that others reach by TLS with a user each, its topics, and
 * the aggregator, and the web page if settings have one. The same classes that the separate processes run.
 */
public final class SmallSite implements Service {
    private final ServerDirectory directory;
    private final ServerSettings settings;
    private final MeterRegistry metrics;
    private final HealthRegistry health;
    private final FaultHandler faults;
    private final Page page;
    private final ServiceStack stack = new ServiceStack();

    /** Makes the web page. */
    @FunctionalInterface
    public interface Page {
        /** The page at an address, which reads this Kafka. */
        Service of(ConsoleSettings settings, KafkaSettings kafka);
    }

    /**
     * Wires nothing yet.
     *
     * @param directory that was set up
     * @param faults told when a part cannot go on
     */
    public SmallSite(
            ServerDirectory directory,
            ServerSettings settings,
            MeterRegistry metrics,
            HealthRegistry health,
            FaultHandler faults,
            Page page) {
        this.directory = directory;
        this.settings = settings;
        this.metrics = metrics;
        this.health = health;
        this.faults = faults;
        this.page = page;
    }

    @Override
    public String name() {
        return "server";
    }

    /** Returns when clients are served and the aggregator has joined. */
    @Override
    public synchronized void start() {
        try {
            Authority authority = new Authority(directory);
            authority.prepare(settings.host(), Instant.now());
            // Before the broker reads it: one that is made meanwhile is another.
            X509Certificate loaded = authority.certificate();
            SiteAccess access = new SiteAccess(
                    settings.address(),
                    settings.host(),
                    settings.port(),
                    directory.certificate(),
                    settings.sync(),
                    // Known to this process only, and until it ends.
                    Map.of(
                            SiteAccess.OWNER, Secrets.random(),
                            KafkaOwner.AGGREGATOR, Secrets.random(),
                            KafkaOwner.CONSOLE, Secrets.random()));
            LocalKafka kafka = new LocalKafka(
                    new EmbeddedBroker(LocalKafka.directory(directory.path()), 0, Optional.of(access)),
                    directory.ownerSettings(),
                    settings.kafka().registry());
            stack.run(kafka);
            letIn(kafka.settings());
            KafkaSettings reached = settings.kafka().at(kafka.settings().bootstrapServers());
            stack.run(new Aggregator(
                    settings.aggregator(), access.as(KafkaOwner.AGGREGATOR, reached), faults, metrics, health));
            settings.console()
                    .ifPresent(console -> stack.run(page.of(console, access.as(KafkaOwner.CONSOLE, reached))));
            CertificateWatch watch =
                    new CertificateWatch(authority, settings.host(), loaded, () -> reload(kafka.settings()));
            stack.run(new Loop("certificate", watch, health.heartbeat("certificate"), faults));
        } catch (RuntimeException e) {
            closeAfter(e);
            throw e;
        }
    }

    /** Who is enrolled from now on tells Kafka himself: how it is reached is written by now. */
    private void letIn(KafkaSettings kafka) {
        directory.alone(() -> {
            try (KafkaOwner owner = new KafkaOwner(kafka)) {
                owner.makeEqual(new Clients(directory).all());
            }
            return true;
        });
    }

    private void reload(KafkaSettings owner) {
        try (KafkaOwner kafka = new KafkaOwner(owner)) {
            kafka.reload(directory.certificate());
        }
    }

    private void closeAfter(RuntimeException failure) {
        try {
            close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** Stops the page and the aggregator, then the broker. Everything goes on from there at the next start. */
    @Override
    public synchronized void close() {
        stack.close();
    }
}
