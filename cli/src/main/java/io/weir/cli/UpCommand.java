package io.weir.cli;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.cli.embedded.AllInOne;
import io.weir.cli.embedded.Demo;
import io.weir.cli.embedded.Layout;
import io.weir.cli.embedded.ServiceStack;
import io.weir.cli.embedded.UpSettings;
import io.weir.console.Console;
import io.weir.console.ConsoleSettings;
import io.weir.service.ExitCode;
import io.weir.service.FaultLatch;
import io.weir.service.HealthRegistry;
import io.weir.service.Loop;
import io.weir.service.Service;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weir up}: everything on one machine. */
@Command(
        name = "up",
        description = {
            "Replicates a directory on this machine, with everything in one process: a Kafka broker on loopback, agent,"
                    + " aggregator, rsync daemon and one applier per replica. Without --source a demo directory is made.",
            "Ctrl-C stops it in order (exit code 0); the same command goes on where it stopped."
        })
final class UpCommand implements Callable<Integer> {
    @Option(names = "--source", paramLabel = "DIR", description = "The directory to replicate.")
    @Nullable
    Path source;

    @Option(names = "--replica", paramLabel = "DIR", description = "A directory to keep equal to it; may be repeated.")
    List<Path> replicas = new ArrayList<>();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where Kafka's log and the stages' state are kept (default: ./weir-data).")
    Path data = Path.of("weir-data");

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "Settings of the stages in YAML, with the keys of the separate processes.")
    @Nullable
    Path config;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            converter = PortConverter.class,
            description = "Kafka's port on 127.0.0.1 (default: a free one).")
    int port;

    @Option(
            names = "--adopt",
            description =
                    "Let directories that hold something already become the replicas: what the source does not have is"
                            + " deleted there. Without it they are refused.")
    boolean adopt;

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = Outputs.out(spec);
        FaultLatch faults = new FaultLatch();
        HealthRegistry health = new HealthRegistry();
        Layout layout = layout();
        UpSettings settings = UpSettings.read(layout, Optional.ofNullable(config));
        AllInOne all = new AllInOne(
                layout, adopt ? settings.adopting() : settings, port, new SimpleMeterRegistry(), health, faults);
        all.check();
        if (source == null) {
            Demo.make(layout);
        }
        Printing printing = new Printing(all, out, health, faults);
        out.println("starting ...");
        out.flush();
        int exit = Runner.run(printing, faults, () -> tell(out, all, printing.page()));
        out.println("stopped; the same command goes on from here");
        return exit;
    }

    private Layout layout() {
        if (source != null) {
            return Layout.of(source, replicas, data);
        }
        if (!replicas.isEmpty()) {
            throw new WeirException(ExitCode.USAGE, "--replica needs --source DIR, the directory to replicate");
        }
        return Demo.below(data);
    }

    private static void tell(PrintWriter out, AllInOne all, String page) {
        Layout layout = all.layout();
        out.println();
        out.println("source   " + layout.name() + "  " + layout.source());
        layout.replicas().forEach((name, root) -> out.println("replica  " + name + "  " + root));
        out.println("kafka    " + all.kafka().bootstrapServers());
        out.println("page     " + page);
        Path first = layout.replicas().values().iterator().next();
        out.println();
        out.println("Try, in another terminal:");
        String data = layout.data().toString();
        out.println("  echo hello > " + Shell.word(layout.source().resolve("new.txt")) + "; sleep 1; cat "
                + Shell.word(first.resolve("new.txt")));
        out.println("  " + Shell.weir("status", "--data", data));
        out.println("  " + Shell.weir("explain", "new.txt", "--data", data));
        out.println("  " + Shell.weir("tail", "--data", data));
        if (!Outputs.isTerminal()) {
            out.println("The page asks for a token before it gives commands: "
                    + Shell.word(layout.data().resolve(ConsoleToken.FILE).toString()));
        }
        out.println("Ctrl-C stops it.");
        out.println();
        out.flush();
    }

    /** The pipeline, and the lines about it while it runs. */
    private static final class Printing implements Service {
        private final AllInOne all;
        private final PrintWriter out;
        private final HealthRegistry health;
        private final FaultLatch faults;
        private final ServiceStack beside = new ServiceStack();
        private String page = "";

        Printing(AllInOne all, PrintWriter out, HealthRegistry health, FaultLatch faults) {
            this.all = all;
            this.out = out;
            this.health = health;
            this.faults = faults;
        }

        @Override
        public String name() {
            return all.name();
        }

        @Override
        public void start() {
            all.start();
            beside.run(new Loop("lag", new LagPrinter(all.kafka(), out), health.heartbeat("lag"), faults));
            String token = ConsoleToken.of(all.layout().data());
            Console console = new Console(
                    ConsoleSettings.onLoopback(0, Optional.empty())
                            .with(token, ConsoleToken.file(all.layout().data())),
                    all.kafka(),
                    Formats.of(all.kafka()),
                    new ConsoleAnswers(all.kafka(), all.sources()),
                    health,
                    faults);
            beside.run(console);
            page = console.url() + (Outputs.isTerminal() ? "#token=" + token : "");
        }

        /** The page's address; at a terminal with the token, so that it is in no log. Behind a # it is never sent. */
        String page() {
            return page;
        }

        @Override
        public void close() {
            out.println("stopping ...");
            out.flush();
            try (all) {
                beside.close();
            }
        }
    }
}
