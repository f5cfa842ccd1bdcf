package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Bind;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerState;
import org.testcontainers.containers.DockerComposeContainer;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The cluster of {@code docker-compose.yml}, in containers of their own, and a fourth backup host that can join. Trees are looked at and
 * changed where the engine keeps its volumes, which only root can do.
 */
final class Cluster implements AutoCloseable {
    static final List<String> BROKERS = List.of("kafka1", "kafka2", "kafka3");
    static final List<String> SOURCES = List.of("files1", "files2");
    static final List<String> AGGREGATORS = List.of("aggregator1", "aggregator2");
    static final List<String> BACKUPS = List.of("backup1", "backup2", "backup3");

    private static final String FOURTH = "backup4";
    private static final Duration STARTUP = Duration.ofMinutes(10);
    private static final int STOP_SECONDS = 60;
    private static final Map<String, String> IMAGES = Map.of(
            "WEIR_IMAGE", "weir-local/weir",
            "KAFKA_IMAGE", "weir-local/kafka",
            "REGISTRY_IMAGE", "weir-local/registry");

    private final DockerComposeContainer<?> compose;
    private final DockerClient docker = DockerClientFactory.lazyClient();
    private final String project;
    private final List<String> backups = new ArrayList<>(BACKUPS);
    private final List<GenericContainer<?>> joined = new ArrayList<>();

    private Cluster(DockerComposeContainer<?> compose) {
        this.compose = compose;
        project = container("kafka1")
                .getContainerInfo()
                .getConfig()
                .getLabels()
                .getOrDefault("com.docker.compose.project", "");
    }

    /** Starts all of it, healthy when this returns. Skips the test, with a line that says why, without an engine or images. */
    static Cluster start() throws IOException {
        Root.required("look into the volumes of a container engine");
        assumeTrue(DockerClientFactory.instance().isDockerAvailable(), "skipped: no Docker engine answers");
        for (String image : IMAGES.values()) {
            assumeTrue(
                    !DockerClientFactory.lazyClient()
                            .listImagesCmd()
                            .withReferenceFilter(image)
                            .exec()
                            .isEmpty(),
                    "skipped: there is no image " + image + "; build it first: deploy/docker/local-images");
        }
        long began = System.nanoTime();
        DockerComposeContainer<?> compose = new DockerComposeContainer<>("weirit", file())
                .withPull(false)
                .withBuild(false)
                .withEnv(IMAGES)
                .withEnv("COMPOSE_PROFILES", "cluster")
                .withEnv("CONSOLE_PORT", String.valueOf(Ports.free()))
                .withStartupTimeout(STARTUP);
        compose.start();
        Cluster cluster = new Cluster(compose);
        try {
            cluster.awaitHealthy();
        } catch (RuntimeException | AssertionError e) {
            cluster.close();
            throw e;
        }
        System.out.printf("cluster: healthy after %d s%n", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began));
        return cluster;
    }

    private static File file() {
        Path top = Path.of("").toAbsolutePath();
        while (!Files.exists(top.resolve("docker-compose.yml"))) {
            top = top.getParent();
        }
        return top.resolve("docker-compose.yml").toFile();
    }

    private ContainerState container(String service) {
        return compose.getContainerByServiceName(service)
                .orElseThrow(() -> new AssertionError("no container of service " + service));
    }

    /** Waits until every container says that it can do its work. */
    void awaitHealthy() {
        List<String> all = new ArrayList<>(List.of("registry", "console"));
        List.of(BROKERS, SOURCES, AGGREGATORS, BACKUPS).forEach(all::addAll);
        await("health of the cluster")
                .atMost(STARTUP)
                .untilAsserted(() -> assertThat(all)
                        .allSatisfy(service -> assertThat(container(service).isHealthy())
                                .as(service)
                                .isTrue()));
    }

    /** The tree of a file server. */
    Path source(String name) {
        return volume(name);
    }

    /** The replicas of a source, on all backup hosts. */
    List<Path> replicas(String source) {
        return backups.stream().map(backup -> volume(backup).resolve(source)).toList();
    }

    private Path volume(String name) {
        return Path.of(docker.inspectVolumeCmd(project + "_" + name).exec().getMountpoint());
    }

    /** SIGKILL. */
    void kill(String service) {
        docker.killContainerCmd(container(service).getContainerId())
                .withSignal("KILL")
                .exec();
    }

    /** After {@link #kill}; does not wait. */
    void startAgain(String service) {
        docker.startContainerCmd(container(service).getContainerId()).exec();
    }

    /** Stops a service in order and starts it again; healthy when this returns. */
    void restart(String service) {
        docker.restartContainerCmd(container(service).getContainerId())
                .withTimeout(STOP_SECONDS)
                .exec();
        await("health of " + service)
                .atMost(STARTUP)
                .until(() -> container(service).isHealthy());
    }

    /** What one of its commands prints. */
    String command(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("/opt/weir/docker/weir"));
        all.addAll(List.of(arguments));
        return container("files1").execInContainer(all.toArray(String[]::new)).getStdout();
    }

    /** What the web page's API says of all components, to who has the token. */
    String page() throws Exception {
        return container("console")
                .execInContainer(
                        "bash",
                        "-c",
                        "exec 3<>/dev/tcp/127.0.0.1/8630;"
                                + " printf 'GET /api/status HTTP/1.0\\r\\nHost: console\\r\\nAuthorization: Bearer %s\\r\\n\\r\\n'"
                                + " \"$(cat /secrets/console.token)\" >&3; cat <&3")
                .getStdout();
    }

    /** A backup host that was not there before. */
    void joinFourth() {
        List<Bind> binds = List.of(
                Bind.parse(file().toPath().resolveSibling("deploy/docker/config") + ":/etc/weir:ro"),
                Bind.parse(project + "_secrets:/secrets:ro"),
                Bind.parse(project + "_" + FOURTH + ":/replica"),
                Bind.parse(project + "_applier4:/var/lib/weir/applier"));
        GenericContainer<?> fourth = new GenericContainer<>(
                        DockerImageName.parse(IMAGES.getOrDefault("WEIR_IMAGE", "")))
                .withImagePullPolicy(image -> false)
                .withCreateContainerCmdModifier(create -> create.withHostName(FOURTH)
                        .getHostConfig()
                        .withNetworkMode(project + "_default")
                        .withBinds(binds))
                .withEnv("WEIR_REPLICA", FOURTH)
                .withCommand("applier", "--config", "/etc/weir/applier.yaml");
        joined.add(fourth);
        fourth.start();
        backups.add(FOURTH);
    }

    /** The last lines of every container of Weir, for a failure. */
    String logs() {
        StringBuilder all = new StringBuilder();
        for (List<String> services : List.of(SOURCES, AGGREGATORS, BACKUPS)) {
            for (String service : services) {
                String log = container(service).getLogs();
                all.append("---- ")
                        .append(service)
                        .append('\n')
                        .append(log.substring(Math.max(0, log.length() - 2000)));
            }
        }
        return all.toString();
    }

    @Override
    public void close() {
        joined.forEach(GenericContainer::close);
        compose.stop();
    }
}
