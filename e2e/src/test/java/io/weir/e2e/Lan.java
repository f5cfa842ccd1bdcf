package io.weir.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network of hosts on this machine: a namespace for each, joined by a bridge in one more, so that nothing of the machine's own
 * network is touched. Needs root and iproute2; the namespaces are removed at the end, also of a test that fails or is ended.
 */
final class Lan implements AutoCloseable {
    private static final Path ANYWHERE = Path.of("/");
    private static final String LINK = "eth0";

    private final String prefix;
    private final List<String> namespaces = new ArrayList<>();
    private final Map<String, String> addresses = new LinkedHashMap<>();
    private final Thread atExit = new Thread(this::remove);

    private Lan(String prefix) {
        this.prefix = prefix;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Makes hosts with these names, which are short; the test is skipped, with a line that says why, where that is not possible. */
    static Lan of(String... hosts) throws IOException, InterruptedException {
        Root.required("make network namespaces");
        assumeTrue(isPossible(), "skipped: no network namespaces here; they need `ip` of iproute2, and CAP_SYS_ADMIN");
        Lan lan = new Lan("weir" + ProcessHandle.current().pid() + "-");
        try {
            lan.build(hosts);
            return lan;
        } catch (IOException | InterruptedException | AssertionError e) {
            lan.close();
            throw e;
        }
    }

    private static boolean isPossible() throws InterruptedException {
        String name = "weir-probe-" + ProcessHandle.current().pid();
        try {
            boolean made =
                    new ProcessBuilder("ip", "netns", "add", name).start().waitFor() == 0;
            return made
                    && new ProcessBuilder("ip", "netns", "del", name).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private void build(String... hosts) throws IOException, InterruptedException {
        String bridge = add("switch");
        run("ip", "-n", bridge, "link", "add", "bridge", "type", "bridge");
        run("ip", "-n", bridge, "link", "set", "bridge", "up");
        for (int i = 0; i < hosts.length; i++) {
            String host = add(hosts[i]);
            String address = "10.99.0." + (i + 1);
            addresses.put(hosts[i], address);
            run("ip", "-n", bridge, "link", "add", hosts[i], "type", "veth", "peer", "name", LINK, "netns", host);
            run("ip", "-n", bridge, "link", "set", hosts[i], "master", "bridge", "up");
            run("ip", "-n", host, "addr", "add", address + "/24", "dev", LINK);
            run("ip", "-n", host, "link", "set", LINK, "up");
            run("ip", "-n", host, "link", "set", "lo", "up");
        }
    }

    private String add(String name) throws IOException, InterruptedException {
        String namespace = prefix + name;
        run("ip", "netns", "add", namespace);
        namespaces.add(namespace);
        return namespace;
    }

    /** The address of a host. */
    String address(String host) {
        String address = addresses.get(host);
        if (address == null) {
            throw new IllegalArgumentException("no host " + host);
        }
        return address;
    }

    /** What makes a command run on a host. */
    List<String> on(String host) {
        return List.of("ip", "netns", "exec", prefix + host);
    }

    /** Pulls a host's plug: packets vanish without a word. */
    void cut(String host) throws IOException, InterruptedException {
        run("ip", "-n", prefix + "switch", "link", "set", host, "down");
    }

    /** Puts it in again. */
    void heal(String host) throws IOException, InterruptedException {
        run("ip", "-n", prefix + "switch", "link", "set", host, "up");
    }

    /** Lets a host receive no more than so much a second, such as {@code 2mbit}. */
    void limit(String host, String rate) throws IOException, InterruptedException {
        run(
                "tc",
                "-n",
                prefix + "switch",
                "qdisc",
                "replace",
                "dev",
                host,
                "root",
                "tbf",
                "rate",
                rate,
                "burst",
                "32kbit",
                "latency",
                "400ms");
    }

    /** Lifts that limit. */
    void unlimit(String host) throws IOException, InterruptedException {
        run("tc", "-n", prefix + "switch", "qdisc", "del", "dev", host, "root");
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Shell.run(ANYWHERE, command);
    }

    private void remove() {
        for (String namespace : namespaces) {
            try {
                run("ip", "netns", "del", namespace);
            } catch (IOException e) {
                System.err.println("network namespace " + namespace + " stays: " + e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        namespaces.clear();
    }

    @Override
    public void close() {
        remove();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
