package io.weir.e2e;

import io.weir.agent.rsyncd.RsyncDaemon;
import io.weir.agent.rsyncd.RsyncdSettings;
import io.weir.agent.rsyncd.SshModules;
import io.weir.agent.rsyncd.SshSettings;
import io.weir.agent.rsyncd.TlsFront;
import io.weir.agent.rsyncd.TlsSettings;
import io.weir.agent.watch.SourceRoot;
import io.weir.applier.reconcile.SourceMarker;
import io.weir.applier.rsync.RsyncEndpoint;
import io.weir.applier.rsync.RsyncOptions;
import io.weir.applier.rsync.Way;
import io.weir.service.Heartbeat;
import io.weir.service.Service;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The part of an agent that serves data, with a marked source, without the rest of it. */
final class FileServer implements AutoCloseable {
    static final UUID ID = UUID.fromString("00000000-0000-4000-8000-000000000001");
    private static final String SECRET = UUID.randomUUID().toString();

    private final Path folder;
    private final Deque<Service> started = new ArrayDeque<>();

    private FileServer(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(source().resolve(".weir"));
        Files.createFile(source().resolve(".weir/id-" + ID));
        Files.writeString(source().resolve("file"), "content");
        privateFile("secret", SECRET);
        privateFile("secrets", "weir:" + SECRET);
    }

    private void privateFile(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /** Below a folder; serves nothing yet. */
    static FileServer in(Path folder) throws IOException {
        return new FileServer(folder);
    }

    Path source() {
        return folder.resolve("source");
    }

    Path secretFile() {
        return folder.resolve("secret");
    }

    private List<SourceRoot> roots() {
        return List.of(new SourceRoot("data", source().toString().getBytes(StandardCharsets.UTF_8)));
    }

    /** Over TLS from now on, to these hosts (all, when there are none); returns the port. */
    int serve(TlsSettings tls, String... hostsAllow) {
        RsyncdSettings settings = new RsyncdSettings(
                        true,
                        "rsync",
                        "127.0.0.1",
                        0,
                        "weir",
                        Optional.of(folder.resolve("secrets")),
                        List.of(hostsAllow),
                        8)
                .with(tls);
        RsyncDaemon daemon =
                new RsyncDaemon(settings, roots(), folder.resolve("state"), Heartbeat.unwatched("d"), FileServer::fail);
        start(daemon);
        TlsFront front = new TlsFront(
                settings, tls, daemon::port, folder.resolve("state"), Heartbeat.unwatched("t"), FileServer::fail);
        start(front);
        return front.port();
    }

    /** Over ssh from now on. */
    void serve(SshSettings ssh) {
        start(new SshModules(
                ssh, List.of(), roots(), folder.resolve("state"), Heartbeat.unwatched("s"), FileServer::fail));
    }

    private void start(Service service) {
        started.push(service);
        service.start();
    }

    private static void fail(String component, Throwable cause) {
        throw new AssertionError(component, cause);
    }

    /** What an applier that comes in a way learns of the source. */
    static SourceMarker.Found ask(RsyncEndpoint endpoint) throws InterruptedException {
        return new SourceMarker(endpoint, RsyncOptions.of(Map.of("timeout", "60s"))).discover();
    }

    /** The same over TLS. */
    SourceMarker.Found ask(String host, int port, Way.Tls way) throws InterruptedException {
        return ask(new RsyncEndpoint("rsyncs://" + host + ":" + port + "/data/", secretFile(), "weir", way));
    }

    @Override
    public void close() {
        started.forEach(Service::close);
    }
}
