package io.weir.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.weir.service.Outage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * How Logback logs: to stderr, since stdout is for what a command answers. In code, because a file of XML takes Logback a third of a
 * second to read; one that the system property {@code logback.configurationFile} names is read all the same.
 */
public final class Logging extends ContextAwareBase implements Configurator {
    static final String FILE = "logback.configurationFile";
    private static final String KAFKA_LEVEL = "WEIR_KAFKA_LOG_LEVEL";

    /** Called by Logback. */
    public Logging() {}

    @Override
    public ExecutionStatus configure(LoggerContext loggers) {
        if (System.getProperty(FILE) != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        Stderr stderr = new Stderr(System.getenv(KAFKA_LEVEL) == null);
        stderr.setContext(loggers);
        stderr.start();
        loggers.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(stderr);
        level(loggers, Logger.ROOT_LOGGER_NAME, chosen(KAFKA_LEVEL, Level.WARN));
        level(loggers, "io.weir", chosen("WEIR_LOG_LEVEL", Level.INFO));
        // A line for every path that an applier changes.
        level(loggers, "weir.paths", chosen("WEIR_PATH_LOG", Level.OFF));
        // Warns at every start of a new broker that its log is empty.
        level(loggers, "org.apache.kafka.controller.QuorumController", Level.ERROR);
        // Recommends settings for features that are not used.
        level(loggers, "org.apache.kafka.streams.StreamsConfig", Level.ERROR);
        // Warns of every fetch that comes late, from partitions that a reader has done with.
        level(loggers, "org.apache.kafka.clients.consumer.internals.OffsetFetcherUtils", Level.ERROR);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static void level(LoggerContext loggers, String name, Level level) {
        loggers.getLogger(name).setLevel(level);
    }

    private static Level chosen(String variable, Level fallback) {
        return Level.toLevel(System.getenv(variable), fallback);
    }

    /**
     * What Kafka's clients say of connections that are not made: each of them does with each try, which is many times a second in all.
     * Weir tells of what that keeps from being done.
     */
    static final class Connections {
        private static final String LOGGER = "org.apache.kafka.clients.NetworkClient";

        /** Behind the name of the client, which is another one for each of many. */
        private static final Pattern SAID = Pattern.compile("(Connection to node|Bootstrap broker) .*", Pattern.DOTALL);

        /** It never ends, as nothing tells that; a later outage is told of after ten minutes at the latest, and mostly at once. */
        private final Outage outage = new Outage();

        /** Whether it was said a short time ago. */
        boolean isRepeated(ILoggingEvent event) {
            if (!event.getLevel().equals(Level.WARN) || !event.getLoggerName().equals(LOGGER)) {
                return false;
            }
            Matcher said = SAID.matcher(event.getFormattedMessage());
            return said.find() && !outage.isNews(said.group());
        }
    }

    /** The console, from the first event on: most commands that only ask have none, and a pattern with a date takes long to prepare. */
    private static final class Stderr extends AppenderBase<ILoggingEvent> {
        private final boolean isBrief;
        private final Connections connections = new Connections();
        private @Nullable ConsoleAppender<ILoggingEvent> console;

        /** Brief ones pass over what Kafka's clients say again and again. */
        Stderr(boolean isBrief) {
            this.isBrief = isBrief;
        }

        @Override
        protected void append(ILoggingEvent event) {
            if (isBrief && connections.isRepeated(event)) {
                return;
            }
            ConsoleAppender<ILoggingEvent> made = console;
            if (made == null) {
                made = open();
                console = made;
            }
            made.doAppend(event);
        }

        private ConsoleAppender<ILoggingEvent> open() {
            PatternLayoutEncoder encoder = new PatternLayoutEncoder();
            encoder.setContext(getContext());
            encoder.setPattern("%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level [%thread] %logger{24} %msg%n");
            encoder.start();
            ConsoleAppender<ILoggingEvent> opened = new ConsoleAppender<>();
            opened.setContext(getContext());
            opened.setTarget(ConsoleTarget.SystemErr.getName());
            opened.setEncoder(encoder);
            opened.start();
            return opened;
        }
    }
}
