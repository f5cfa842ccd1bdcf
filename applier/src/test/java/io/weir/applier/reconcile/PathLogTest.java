package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What the log of paths says of changes by real rsync. */
class PathLogTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(PathLog.NAME);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
        logger.setLevel(Level.INFO);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
        logger.setLevel(null);
    }

    private List<String> take() {
        List<String> taken = lines.list.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .map(line -> line.replaceFirst("^source=\\S+ replica=\\S+ ", ""))
                .toList();
        lines.list.clear();
        return taken;
    }

    @Test
    void everyChangedPathIsALine(@TempDir Path work) throws Exception {
        try (Bench bench = new Bench(work)) {
            bench.source.mkdir("d");
            bench.source.write("d/a", "one");
            bench.source.write("b", "two");
            bench.apply("d", "d/a", "b");
            assertThat(take()).contains("cd+++++++++ d/", ">f+++++++++ d/a", ">f+++++++++ b");

            bench.apply("d", "d/a", "b");
            assertThat(take()).isEmpty();

            bench.source.remove("d/a");
            bench.apply("d/a");
            assertThat(take()).contains("*deleting   d/a");
        }
    }
}
