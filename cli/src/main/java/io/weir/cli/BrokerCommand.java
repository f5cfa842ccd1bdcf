package io.weir.cli;

import io.weir.cli.embedded.EmbeddedBroker;
import io.weir.cli.embedded.LocalKafka;
import io.weir.service.FaultLatch;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weir broker}: the embedded broker alone, with the topics. */
@Command(
        name = "broker",
        description =
                "Runs one Kafka broker on loopback, with Weir's topics, until stopped: for tests and small sites.")
final class BrokerCommand implements Callable<Integer> {
    @Option(names = "--data", paramLabel = "DIR", description = "Where it keeps its log (default: ./weir-data).")
    Path data = Path.of("weir-data");

    @Option(
            names = "--port",
            paramLabel = "PORT",
            converter = PortConverter.class,
            description = "Port on 127.0.0.1 (default: a free one).")
    int port;

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = Outputs.out(spec);
        EmbeddedBroker broker = new EmbeddedBroker(LocalKafka.directory(data), port);
        return Runner.run(new LocalKafka(broker, data.resolve(KafkaOptions.FILE)), new FaultLatch(), () -> {
            out.println("Kafka runs at " + broker.bootstrapServers() + "; settings are in "
                    + data.resolve(KafkaOptions.FILE) + ". Stop with Ctrl-C.");
            out.flush();
        });
    }
}
