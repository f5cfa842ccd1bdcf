package io.weir.cli.embedded;

import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.Service;
import io.weir.service.WeirException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka broker (with its KRaft controller) inside this process. The one class that knows the broker's internals. It is on
 * loopback only, for everyone there, unless it is given a {@link SiteAccess}. Its log outlives restarts; one directory is used by
 * one broker at a time.
 *
 * <p>A single broker keeps its promises over a kill of the process. Kafka relies on replication and not on fsync, so what was
 * acknowledged in the last moments before the <em>machine</em> stops can be lost.
 */
public final class EmbeddedBroker implements Service {
    /** Its id among brokers, of which it is the only one. */
    public static final String ID = "1";

    private static final Logger log = LoggerFactory.getLogger(EmbeddedBroker.class);
    private static final String HOST = "127.0.0.1";
    private static final String CLIENT = "CLIENT";
    private static final String CONTROLLER = "CONTROLLER";

    private final Path directory;
    private final int wantedPort;
    private final Optional<SiteAccess> site;
    private @Nullable DirectoryLock lock;
    private @Nullable KafkaRaftServer server;
    private int port;

    /**
     * A broker that is to be started, for this machine only.
     *
     * @param directory its own directory, made when missing
     * @param port where it listens on 127.0.0.1; 0 for a free port at every start
     */
    public EmbeddedBroker(Path directory, int port) {
        this(directory, port, Optional.empty());
    }

    /** The same with a door for other hosts, which makes it ask everyone for a password. */
    public EmbeddedBroker(Path directory, int port, Optional<SiteAccess> site) {
        this.directory = directory.toAbsolutePath().normalize();
        this.wantedPort = port;
        this.site = site;
    }

    @Override
    public String name() {
        return "broker";
    }

    /**
     * Where clients connect.
     *
     * @throws IllegalStateException before the start
     */
    public synchronized String bootstrapServers() {
        if (port == 0) {
            throw new IllegalStateException("the embedded broker was not started");
        }
        return HOST + ":" + port;
    }

    /**
     * How its owner reaches it on this machine.
     *
     * @throws IllegalStateException before the start
     */
    public KafkaSettings settings() {
        KafkaSettings open = KafkaSettings.of(bootstrapServers(), KafkaSettings.TOPIC_PREFIX.fallback());
        return site.map(access -> access.as(SiteAccess.OWNER, open)).orElse(open);
    }

    /** Whether nobody is let in without a password. */
    boolean asksForPasswords() {
        return site.isPresent();
    }

    /** Whether another process runs one in the same directory. Not to be asked of one that was started. */
    boolean runsElsewhere() {
        return DirectoryLock.isHeld(directory);
    }

    /** Formats an empty directory, then starts; returns when clients can be served (about 2 s; 4 s after a kill). */
    @Override
    public synchronized void start() {
        lock = DirectoryLock.take(directory);
        try {
            int controllerPort;
            // Both are held at a time, or the second could be given the first one's port.
            try (ServerSocket forClients = bind(wantedPort);
                    ServerSocket forController = bind(0)) {
                refuseTakenDoor();
                port = forClients.getLocalPort();
                controllerPort = forController.getLocalPort();
            }
            Properties properties = properties(directory, port, controllerPort);
            site.ifPresent(access -> open(access, properties));
            Path file = directory.resolve("server.properties");
            write(properties, file);
            if (!Files.exists(directory.resolve("log/meta.properties"))) {
                format(file);
            }
            KafkaRaftServer created = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
            server = created;
            created.startup();
            log.info("Embedded broker started: servers={} directory={}", bootstrapServers(), directory);
        } catch (IOException | RuntimeException e) {
            closeAfter(e);
            throw e instanceof WeirException known
                    ? known
                    : new WeirException(
                            ExitCode.FAILURE, "start the embedded broker in " + directory + ": " + e.getMessage(), e);
        }
    }

    private static void open(SiteAccess access, Properties properties) {
        properties.putAll(access.properties(CLIENT, CONTROLLER));
        append(properties, "listeners", access.address(), access.port());
        append(properties, "advertised.listeners", access.host(), access.port());
    }

    private static void append(Properties properties, String key, String host, int port) {
        String door = SiteAccess.LISTENER + "://" + bracketed(host) + ":" + port;
        properties.setProperty(key, properties.getProperty(key) + "," + door);
    }

    /** An address as it stands before a port. */
    private static String bracketed(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }

    /** For the tool that formats, and for people; passwords are not for them. */
    private static void write(Properties properties, Path file) throws IOException {
        Properties shown = new Properties();
        shown.putAll(properties);
        shown.keySet().removeIf(key -> key.toString().endsWith("jaas.config"));
        try (Writer out = Files.newBufferedWriter(file)) {
            shown.store(out, "Written at every start of the embedded broker: changes are lost.");
        }
    }

    private void closeAfter(Exception failure) {
        try {
            close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * Refuses a port that another program has; 0 is any free one.
     *
     * @throws WeirException (CONFLICT) when it is taken; (FAILURE) when that cannot be told
     */
    static void refuseTaken(int port) {
        try {
            bind(port).close();
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.FAILURE, "look at port " + port + " of " + HOST + ": " + e + "; try again", e);
        }
    }

    private static ServerSocket bind(int port) throws IOException {
        return bind(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                HOST + ":" + port,
                "another program has this port: stop it or give another port");
    }

    private void refuseTakenDoor() throws IOException {
        if (site.isEmpty()) {
            return;
        }
        SiteAccess access = site.get();
        InetSocketAddress address = access.address().isEmpty()
                ? new InetSocketAddress(access.port())
                : new InetSocketAddress(access.address(), access.port());
        bind(
                        address,
                        bracketed(access.address()) + ":" + access.port(),
                        "another program has this port, or the address is not one of this machine: change server.port"
                                + " or server.address")
                .close();
    }

    private static ServerSocket bind(InetSocketAddress address, String shown, String advice) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(address);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw new WeirException(ExitCode.CONFLICT, "listen on " + shown + ": " + e.getMessage() + "; " + advice, e);
        }
    }

    private static void format(Path file) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int exit;
        try (PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            exit = StorageTool.execute(
                    new String[] {"format", "-t", Uuid.randomUuid().toString(), "-c", file.toString()}, out);
        }
        if (exit != 0) {
            throw new WeirException(
                    ExitCode.FAILURE,
                    "format the embedded broker's directory by " + file + ": "
                            + said.toString(StandardCharsets.UTF_8).strip());
        }
    }

    /** One node on one small machine: no replication, few threads, quick to notice that it was killed before. */
    private static Properties properties(Path directory, int port, int controllerPort) {
        Properties p = new Properties();
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", ID);
        p.setProperty("log.dirs", directory.resolve("log").toString());
        String client = CLIENT + "://" + HOST + ":" + port;
        p.setProperty("listeners", client + "," + CONTROLLER + "://" + HOST + ":" + controllerPort);
        p.setProperty("advertised.listeners", client);
        p.setProperty("listener.security.protocol.map", CLIENT + ":PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
        p.setProperty("inter.broker.listener.name", CLIENT);
        p.setProperty("controller.listener.names", CONTROLLER);
        p.setProperty("controller.quorum.voters", ID + "@" + HOST + ":" + controllerPort);
        p.setProperty("auto.create.topics.enable", "false");
        for (String topic : new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
            p.setProperty(topic + ".replication.factor", "1");
            p.setProperty(topic + ".num.partitions", "1");
        }
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("share.coordinator.state.topic.min.isr", "1");
        p.setProperty("default.replication.factor", "1");
        p.setProperty("min.insync.replicas", "1");
        p.setProperty("group.initial.rebalance.delay.ms", "0");
        // The old life's registration must time out before the new one is admitted: 9 s by default.
        p.setProperty("broker.session.timeout.ms", "2000");
        p.setProperty("broker.heartbeat.interval.ms", "500");
        p.setProperty("num.network.threads", "2");
        p.setProperty("num.io.threads", "4");
        p.setProperty("background.threads", "2");
        p.setProperty("log.cleaner.dedupe.buffer.size", "2097152");
        p.setProperty("log.segment.bytes", "67108864");
        // Groups are asked to outlive a machine that is off for weeks.
        p.setProperty("offsets.retention.minutes", Integer.toString(60 * 24 * 90));
        return p;
    }

    /** Stops the broker in order and gives the directory up. */
    @Override
    public synchronized void close() {
        KafkaRaftServer running = server;
        server = null;
        try {
            if (running != null) {
                running.shutdown();
                running.awaitShutdown();
            }
        } finally {
            DirectoryLock held = lock;
            lock = null;
            if (held != null) {
                held.close();
            }
        }
    }
}
