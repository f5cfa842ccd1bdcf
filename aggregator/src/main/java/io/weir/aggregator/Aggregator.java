package io.weir.aggregator;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import io.weir.service.ClockWatch;
import io.weir.service.ExitCode;
import io.weir.service.FaultHandler;
import io.weir.service.HealthRegistry;
import io.weir.service.KafkaClients;
import io.weir.service.KafkaSettings;
import io.weir.service.Loop;
import io.weir.service.Outage;
import io.weir.service.Pulse;
import io.weir.service.Refusal;
import io.weir.service.Service;
import io.weir.service.WeirException;
import io.weir.service.registry.PatientRegistry;
import io.weir.service.registry.RegistryUnavailableException;
import io.weir.service.registry.SchemaRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Coalesces changes to batches with Kafka Streams, until closed. Several of one topic prefix share the sources among them.
 * Thread-safe.
 */
public final class Aggregator implements Service {
    /** So many failures within {@link #FAILURE_PERIOD} are answered by a new stream thread; one more stops the process. */
    static final int MAX_FAILURES = 5;

    static final Duration FAILURE_PERIOD = Duration.ofMinutes(10);

    private static final Logger LOG = LoggerFactory.getLogger(Aggregator.class);
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration STANDSTILL = Duration.ofMinutes(3);
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(10);
    private static final int ANSWER_SECONDS = 5;

    private final AggregatorSettings settings;
    private final KafkaSettings kafka;
    private final Topics topics;
    private final FaultHandler faults;
    private final MeterRegistry meters;
    private final AggregatorMetrics metrics;
    private final FailureBudget budget = new FailureBudget(MAX_FAILURES, FAILURE_PERIOD, System::nanoTime);
    private final HealthRegistry health;
    private final StatusReport report;
    private final Pulse pulse;
    private final CountDownLatch running = new CountDownLatch(1);
    private volatile KafkaStreams.State state = KafkaStreams.State.CREATED;
    private volatile @Nullable KafkaStreams streams;
    private volatile @Nullable KafkaStreamsMetrics streamsMetrics;
    private volatile @Nullable StatusSender sender;
    private @Nullable Loop reporting;
    private @Nullable Loop watching;
    private @Nullable Loop timing;
    private final Optional<SchemaRegistry> registry;
    /** What the stream threads of the run under way wait in. */
    private volatile @Nullable PatientRegistry waiting;

    private final ClockWatch clock = new ClockWatch();
    private volatile StreamsClients clients = new StreamsClients();
    private final RestoreProgress progress = new RestoreProgress();
    private final Standstill standstill = new Standstill(STANDSTILL, this::kafkaAnswers);
    private final Pulse watch = new Pulse(WATCH_INTERVAL, this::watch, () -> {});
    /** Why it is to be started anew, if it is. */
    private final AtomicReference<@Nullable String> anew = new AtomicReference<>();

    private final Outage outage = new Outage();
    private volatile boolean closing;
    /** The run whose states are ours; none while one is replaced. */
    private volatile @Nullable KafkaStreams observed;

    /**
     * An aggregator that is to be started.
     *
     * @param faults told when it cannot go on
     * @param meters gets the meters {@code weir.aggregator.*}, and those of Kafka Streams and its clients
     * @param health gets the readiness check {@code aggregator}
     */
    public Aggregator(
            AggregatorSettings settings,
            KafkaSettings kafka,
            FaultHandler faults,
            MeterRegistry meters,
            HealthRegistry health) {
        this.settings = settings;
        this.kafka = kafka;
        this.topics = new Topics(kafka.topicPrefix());
        this.faults = faults;
        this.meters = meters;
        this.metrics = new AggregatorMetrics(meters);
        this.health = health;
        this.registry = kafka.registry().map(SchemaRegistry::new);
        this.registry.ifPresent(known -> health.readiness(name() + "/registry", known::trouble));
        this.report = new StatusReport(settings.name(), metrics, settings.statusInterval());
        this.pulse = new Pulse(settings.statusInterval(), this::tell, this::tell);
        health.readiness(name(), this::notReady);
        clock.onSetBack(this::clockSetBack);
    }

    @Override
    public String name() {
        return "aggregator";
    }

    /** Returns when all changes assigned to this instance are processed as they come: after a restore, within a minute. */
    @Override
    public void start() {
        checkTopics();
        startReporting();
        startStreams();
        Loop loop = new Loop(
                name() + "/watch", watch, health.heartbeat(name() + "/watch"), faults, CLOSE_TIMEOUT.multipliedBy(2));
        watching = loop;
        loop.start();
        Loop clocks = new Loop(name() + "/clock", clock, health.heartbeat(name() + "/clock"), faults);
        timing = clocks;
        clocks.start();
        awaitRunning();
    }

    private void startStreams() {
        clients = new StreamsClients();
        KafkaStreams created = new KafkaStreams(
                AggregatorTopology.build(settings, topics, streamsFormat(), metrics),
                config(settings, kafka, topics),
                clients);
        KafkaStreamsMetrics shown = new KafkaStreamsMetrics(created);
        shown.bindTo(meters);
        streamsMetrics = shown;
        streams = created;
        observed = created;
        created.setUncaughtExceptionHandler(cause -> onFailure(created, cause));
        created.setStateListener((now, before) -> onState(created, now));
        created.setGlobalStateRestoreListener(progress);
        created.start();
    }

    /** Its threads wait until the registry answers: a record in hand can be put nowhere. */
    private WireFormat streamsFormat() {
        Optional<PatientRegistry> patient = registry.map(PatientRegistry::new);
        waiting = patient.orElse(null);
        return WireFormat.of(patient, known -> known::idOf, known -> known::schemaOf);
    }

    private void watch() {
        String why = anew.getAndSet(null);
        if (why != null) {
            startAnew(why);
        } else if (standstill.is(state == KafkaStreams.State.REBALANCING, progress.steps(), System.nanoTime())) {
            startAnew("gets nowhere for " + STANDSTILL.toSeconds() + " s although Kafka answers");
        }
    }

    private void clockSetBack() {
        StatusSender open = sender;
        if (open != null) {
            open.renew("the clock was set back");
        }
        anew.set("the clock was set back");
        watch.changed();
    }

    /** Tried again while Kafka's names cannot be resolved. */
    private void startAnew(String why) {
        if (outage.isNews(why)) {
            LOG.warn("Aggregator is started anew: state={} cause={}", state, why);
        }
        observed = null;
        state = KafkaStreams.State.CREATED;
        pulse.changed();
        standstill.reset();
        closeReplaced();
        if (closing) {
            return;
        }
        try {
            startStreams();
        } catch (KafkaException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            anew.set("Kafka cannot be found: " + cause.getMessage());
        }
    }

    /** Also one that waits for what does not come. */
    private void closeReplaced() {
        KafkaStreams replaced = streams;
        if (replaced != null) {
            // Begun in order, without waiting: only then may its clients end.
            boolean unused = replaced.close(closeOptions(Duration.ZERO));
            clients.end();
            closeStreams();
        }
    }

    private boolean kafkaAnswers() {
        Admin admin;
        try {
            admin = Admin.create(kafka.admin(Map.of()));
        } catch (KafkaException e) {
            LOG.debug("Kafka cannot be found", e);
            return false;
        }
        try {
            return admin.listTopics()
                    .names()
                    .get(ANSWER_SECONDS, TimeUnit.SECONDS)
                    .contains(topics.changes().name());
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("Kafka does not answer", e);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    private void startReporting() {
        sender = new StatusSender(
                kafka,
                WireFormat.of(registry, known -> known::idOf, known -> known::schemaOf),
                topics.status().name(),
                meters);
        Loop loop = new Loop(name() + "/status", pulse, health.heartbeat(name() + "/status"), faults);
        reporting = loop;
        loop.start();
    }

    private void tell() {
        StatusSender open = sender;
        if (open != null) {
            open.send(report.status(state, registry.flatMap(SchemaRegistry::trouble)));
        }
    }

    /** Leaves the group in order, so that another instance takes over at once. Idempotent. */
    @Override
    public void close() {
        closing = true;
        Stream.of(timing, watching).filter(Objects::nonNull).forEach(Loop::close);
        closeStreams();
        Loop telling = reporting;
        if (telling != null) {
            telling.close();
        }
        StatusSender open = sender;
        if (open != null) {
            open.close();
        }
    }

    private void closeStreams() {
        KafkaStreams run = streams;
        if (run == null) {
            return;
        }
        streams = null;
        KafkaStreamsMetrics shown = streamsMetrics;
        if (shown != null) {
            shown.close();
        }
        PatientRegistry patient = waiting;
        if (patient != null) {
            patient.close();
        }
        boolean isClosed = run.close(closeOptions(CLOSE_TIMEOUT));
        if (!isClosed) {
            LOG.warn(
                    "Aggregator did not close in time, what was not committed is sent again: seconds={}",
                    CLOSE_TIMEOUT.toSeconds());
        }
    }

    private static CloseOptions closeOptions(Duration timeout) {
        return CloseOptions.timeout(timeout)
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP);
    }

    /** The settings of Kafka Streams. */
    static Properties config(AggregatorSettings settings, KafkaSettings kafka, Topics topics) {
        Map<String, Object> ours = new HashMap<>();
        ours.put(StreamsConfig.APPLICATION_ID_CONFIG, topics.aggregatorId());
        // Batches are idempotent, so exactly-once would buy nothing, and cost latency and a slow failover.
        ours.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
        ours.put(StreamsConfig.POLL_MS_CONFIG, 5L);
        ours.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000L);
        ours.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, -1);
        // Its own topics bear the times of the changes.
        ours.put(StreamsConfig.topicPrefix(TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG), Topics.ANY_TIME);
        ours.put(StreamsConfig.STATE_DIR_CONFIG, settings.stateDirectory().toString());
        ours.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.threads());
        ours.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0L);
        ours.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        ours.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        ours.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 0);
        ours.put(StreamsConfig.producerPrefix(ProducerConfig.ACKS_CONFIG), "all");
        ours.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), 1024 * 1024);
        // An outage of Kafka is waited for; a batch that was given up would only be made again.
        ours.put(StreamsConfig.producerPrefix(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG), 30 * 60 * 1000);
        ours.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        ours.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 6000);
        ours.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 1500);
        Properties properties = new Properties();
        properties.putAll(kafka.streams(ours));
        return properties;
    }

    private void checkTopics() {
        List<String> needed = List.of(
                topics.changes().name(),
                topics.batches().name(),
                topics.deadLetters().name(),
                topics.status().name());
        try (Admin admin =
                KafkaClients.make(kafka, "starting the aggregator failed", () -> Admin.create(kafka.admin(Map.of())))) {
            TreeSet<String> missing = new TreeSet<>(needed);
            missing.removeAll(admin.listTopics().names().get(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS));
            if (!missing.isEmpty()) {
                throw new WeirException(
                        ExitCode.UNAVAILABLE,
                        "starting the aggregator failed: Kafka at " + kafka.bootstrapServers() + " shows no topic "
                                + String.join(", ", missing)
                                + "; run `weir topics create`. If they are there, the Kafka user lacks the right "
                                + rights(missing) + "; see `weir acls --role aggregator`");
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "starting the aggregator failed: the topics of Kafka at " + kafka.bootstrapServers()
                            + " cannot be listed: " + e
                            + "; check that Kafka runs and kafka.bootstrap.servers is right",
                    e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Kafka does not show what one may not use. */
    private String rights(Collection<String> hidden) {
        return hidden.stream()
                .map(topic -> (topic.equals(topics.changes().name()) ? AclOperation.READ : AclOperation.WRITE)
                        + " on topic " + topic)
                .collect(Collectors.joining(", "));
    }

    private void awaitRunning() {
        try {
            if (!running.await(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                // Not fatal: a long restore or a rebalance goes on, and readiness tells.
                LOG.warn("Aggregator is not running yet: state={} seconds={}", state, START_TIMEOUT.toSeconds());
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        if (state == KafkaStreams.State.ERROR) {
            throw new WeirException(
                    ExitCode.FAILURE, "starting the aggregator failed: Kafka Streams stopped; the log says why");
        }
    }

    private static WeirException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new WeirException(ExitCode.INTERRUPTED, "starting the aggregator was interrupted", cause);
    }

    private void onState(KafkaStreams run, KafkaStreams.State now) {
        if (run != observed) {
            LOG.info("Aggregator that is replaced: state={}", now);
            return;
        }
        state = now;
        pulse.changed();
        LOG.info("Aggregator state: state={}", now);
        if (now == KafkaStreams.State.RUNNING) {
            outage.end().ifPresent(lasted -> LOG.info("Aggregator works again: awaySeconds={}", lasted.toSeconds()));
        }
        if (now == KafkaStreams.State.RUNNING || now == KafkaStreams.State.ERROR) {
            running.countDown();
        }
    }

    private StreamThreadExceptionResponse onFailure(KafkaStreams run, Throwable cause) {
        if (run != observed) {
            LOG.info("Aggregator that is replaced: cause={}", cause.toString());
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        if (streams == null && RegistryUnavailableException.isBehind(cause)) {
            LOG.info(
                    "Aggregator ends while it waits for the schema registry; what waits is read again: cause={}",
                    cause.toString());
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        // A broker that lost everything costs each thread its life, and that is no fault of ours.
        if (clients.takeEnded() || StreamsClients.EndedProducerException.isBehind(cause) || budget.spend()) {
            LOG.warn(
                    "Aggregator thread failed, another takes over; what was not committed is sent again: cause={}",
                    Refusal.explain(
                            cause,
                            wanted(cause),
                            topics.aggregatorId() + "-" + AggregatorTopology.PENDING_STORE + "-changelog"),
                    cause);
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        LOG.error("Aggregator failed too often, stopping: failures={}", MAX_FAILURES + 1, cause);
        faults.fatal(name(), cause);
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    /** What a thread of Kafka Streams tried when it was refused: only the words of its exceptions tell. */
    private static AclOperation wanted(Throwable refusal) {
        for (Throwable at = refusal; at != null; at = at.getCause()) {
            String said = String.valueOf(at.getMessage());
            if (said.startsWith("Could not create topic")) {
                return AclOperation.CREATE;
            }
            if (said.startsWith("Error encountered")) {
                return AclOperation.WRITE;
            }
        }
        return AclOperation.READ;
    }

    private Optional<String> notReady() {
        return state == KafkaStreams.State.RUNNING ? Optional.empty() : Optional.of("Kafka Streams is " + state);
    }
}
