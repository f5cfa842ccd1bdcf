package io.weir.cli.embedded;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.agent.Agent;
import io.weir.agent.SourceSettings;
import io.weir.agent.rsyncd.RsyncDaemon;
import io.weir.aggregator.Aggregator;
import io.weir.applier.Applier;
import io.weir.applier.ApplierSettings;
import io.weir.applier.replica.KnownReplicas;
import io.weir.applier.replica.ReplicaRoot;
import io.weir.applier.rsync.RsyncEndpoint;
import io.weir.cli.Shell;
import io.weir.service.ExitCode;
import io.weir.service.FaultHandler;
import io.weir.service.HealthRegistry;
import io.weir.service.KafkaSettings;
import io.weir.service.RsyncProgram;
import io.weir.service.Service;
import io.weir.service.ServiceHost;
import io.weir.service.WeirException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The whole pipeline in one process: broker, topics, aggregator, agent with its rsync daemon, one applier per replica. The same
 * classes that the separate processes run, wired one after the other because each needs the address of one before.
 *
 * <p>The aggregator starts beside the others. Everything is closed in order, the appliers first, then agent, aggregator and
 * broker, so that a stop sends no change into the void.
 */
public final class AllInOne implements Service {
    private final Layout layout;
    private final UpSettings settings;
    private final int port;
    private final MeterRegistry metrics;
    private final HealthRegistry health;
    private final FaultHandler faults;
    private final ServiceStack stack = new ServiceStack();
    private @Nullable ExecutorService joining;
    private @Nullable DirectoryLock lock;
    private @Nullable KafkaSettings kafka;

    /**
     * Wires nothing yet.
     *
     * @param settings of the stages
     * @param port of the broker; 0 for a free one
     * @param faults told when a part cannot go on
     */
    public AllInOne(
            Layout layout,
            UpSettings settings,
            int port,
            MeterRegistry metrics,
            HealthRegistry health,
            FaultHandler faults) {
        this.layout = layout;
        this.settings = settings;
        this.port = port;
        this.metrics = metrics;
        this.health = health;
        this.faults = faults;
    }

    @Override
    public String name() {
        return "up";
    }

    /** The directories. */
    public Layout layout() {
        return layout;
    }

    /** The sources that its agent serves. */
    public List<SourceSettings> sources() {
        return settings.agent().sources();
    }

    /**
     * How to reach the broker.
     *
     * @throws IllegalStateException before the start
     */
    public synchronized KafkaSettings kafka() {
        if (kafka == null) {
            throw new IllegalStateException("not started");
        }
        return kafka;
    }

    /**
     * Refuses what can be known to be wrong before anything is made or locked, so that a refusal leaves no trace.
     *
     * @throws WeirException when the data directory or the port is in use, there is no usable rsync, or a replica's directory holds
     *     something else
     */
    public void check() {
        DirectoryLock.refuseHeld(layout.data());
        DirectoryLock.refuseHeld(LocalKafka.directory(layout.data()));
        EmbeddedBroker.refuseTaken(port);
        RsyncProgram.find();
        RsyncProgram.find(settings.agent().rsyncd().executable());
        boolean adopt = settings.applier().sources().get(0).adopt();
        layout.replicas().forEach((name, root) -> {
            if (KnownReplicas.open(layout.applierState(), name).isLost(layout.name(), root)) {
                // Its applier says so, and waits for it; the other replicas do not.
                return;
            }
            String advice =
                    "Choose an empty directory, or give --adopt; this shows what would be sent and deleted: rsync"
                            + " -ain --delete --exclude=/.weir " + Shell.word(layout.source() + "/") + " "
                            + Shell.word(root + "/");
            refuseForeign(root, adopt, advice);
        });
    }

    private void refuseForeign(Path root, boolean adopt, String advice) {
        try {
            ReplicaRoot.refuseForeign(layout.name(), root, adopt, advice);
        } catch (WeirException e) {
            // A disk that fails is waited for by its own applier, and the other replicas do not wait for it.
            if (e.exitCode() != ExitCode.UNAVAILABLE) {
                throw e;
            }
        }
    }

    /** Returns when changes flow; the first copies may still be under way. */
    @Override
    public synchronized void start() {
        try {
            lock = DirectoryLock.take(layout.data());
            LayoutFile.write(layout, settings.agent().sources().get(0).exclude());
            LocalKafka broker = new LocalKafka(
                    new EmbeddedBroker(LocalKafka.directory(layout.data()), port),
                    layout.data().resolve("weir.yaml"),
                    settings.kafka().registry());
            stack.run(broker);
            KafkaSettings reached = settings.kafka().at(broker.settings().bootstrapServers());
            kafka = reached;
            Agent agent = new Agent(settings.agent(), reached, health, faults, metrics);
            ServiceHost aggregator =
                    stack.push(new Aggregator(settings.aggregator(), reached, faults, metrics, health));
            // Joining its group takes seconds, and what comes meanwhile waits in the topic.
            joining = Executors.newSingleThreadExecutor(task -> new Thread(task, "start-aggregator"));
            Future<?> aggregating = joining.submit(aggregator::start);
            joining.shutdown();
            stack.run(agent);
            RsyncDaemon rsyncd =
                    agent.rsyncd().orElseThrow(() -> new WeirException(ExitCode.FAILURE, "the agent serves no data"));
            for (Map.Entry<String, Path> replica : layout.replicas().entrySet()) {
                stack.run(new Applier(applierSettings(replica, reached, rsyncd), metrics, health, faults));
            }
            await(aggregating);
        } catch (RuntimeException e) {
            closeAfter(e);
            throw e;
        }
    }

    private static void await(Future<?> starting) {
        try {
            starting.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known
                    ? known
                    : new WeirException(ExitCode.FAILURE, "start the aggregator: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WeirException(ExitCode.INTERRUPTED, "starting was interrupted", e);
        }
    }

    private ApplierSettings applierSettings(
            Map.Entry<String, Path> replica, KafkaSettings reached, RsyncDaemon rsyncd) {
        // The daemon's address names the user in the way rsync takes it; here the user goes by itself.
        String url = rsyncd.url(layout.name()).replace("//" + rsyncd.user() + "@", "//");
        RsyncEndpoint endpoint = new RsyncEndpoint(url, rsyncd.passwordFile().orElse(null), rsyncd.user());
        return settings.applier(replica.getKey(), replica.getValue(), reached, endpoint);
    }

    private void closeAfter(RuntimeException failure) {
        try {
            close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** Stops in reverse: appliers, agent, aggregator, broker. Everything goes on from there at the next start. */
    @Override
    public synchronized void close() {
        ExecutorService left = joining;
        if (left != null) {
            // A host is closed only after its start has ended.
            left.shutdownNow();
        }
        try {
            stack.close();
        } finally {
            DirectoryLock held = lock;
            lock = null;
            if (held != null) {
                held.close();
            }
        }
    }
}
