package io.weir.cli.embedded;

import io.weir.service.ExitCode;
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
 * A real Kafka broker (with its KRaft controller) inside this process, on loopback only. The one class that knows the broker's
 * internals. Its log outlives restarts; one directory is used by one broker at a time.
 *
 * <p>A single broker keeps its promises over a kill of the process. Kafka relies on replication and not on fsync, so what was
 * acknowledged in the last moments before the <em>machine</em> stops can be lost.
 */
public final class EmbeddedBroker implements Service {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedBroker.class);
    private static final String HOST = "127.0.0.1";
    private static final int NODE_ID = 1;

    private final Path directory;
    private final int wantedPort;
    private @Nullable DirectoryLock lock;
    private @Nullable KafkaRaftServer server;
    private int port;

    /**
     * A broker that is to be started.
     *
     * @param directory its own directory, made when missing
     * @param port where it listens on 127.0.0.1; 0 for a free port at every start
     */
    public EmbeddedBroker(Path directory, int port) {
        this.directory = directory.toAbsolutePath().normalize();
        this.wantedPort = port;
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

    /** Formats an empty directory, then starts; returns when clients can be served (about 2 s; 4 s after a kill). */
    @Override
    public synchronized void start() {
        lock = DirectoryLock.take(directory);
        try {
            int controllerPort;
            // Both are held at a time, or the second could be given the first one's port.
            try (ServerSocket forClients = bind(wantedPort);
                    ServerSocket forController = bind(0)) {
                port = forClients.getLocalPort();
                controllerPort = forController.getLocalPort();
            }
            Properties properties = properties(directory, port, controllerPort);
            Path file = directory.resolve("server.properties");
            try (Writer out = Files.newBufferedWriter(file)) {
                properties.store(out, "Written at every start of the embedded broker: changes are lost.");
            }
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
        ServerSocket socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw new WeirException(
                    ExitCode.CONFLICT,
                    "listen on " + HOST + ":" + port + ": " + e.getMessage()
                            + "; another program has this port: stop it or give another port",
                    e);
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
        p.setProperty("node.id", Integer.toString(NODE_ID));
        p.setProperty("log.dirs", directory.resolve("log").toString());
        p.setProperty("listeners", "CLIENT://" + HOST + ":" + port + ",CONTROLLER://" + HOST + ":" + controllerPort);
        p.setProperty("advertised.listeners", "CLIENT://" + HOST + ":" + port);
        p.setProperty("listener.security.protocol.map", "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.setProperty("inter.broker.listener.name", "CLIENT");
        p.setProperty("controller.listener.names", "CONTROLLER");
        p.setProperty("controller.quorum.voters", NODE_ID + "@" + HOST + ":" + controllerPort);
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
