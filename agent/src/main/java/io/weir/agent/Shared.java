package io.weir.agent;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.agent.publish.StatusLog;
import io.weir.schemas.WireFormat;
import io.weir.service.ClockWatch;
import io.weir.service.FaultHandler;
import io.weir.service.HealthRegistry;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What all sources of an agent share.
 *
 * @param format how records lie in the topics
 * @param clock what waits by the wall clock asks it
 * @param statusChanged is told when a source has something to report at once
 * @param instance the random id of this life of the agent
 * @param sourceGivenUp is told that a source is not served any more, and why
 * @param notice what is told beside the state of each source; empty for nothing
 */
record Shared(
        AgentSettings settings,
        KafkaSettings kafka,
        WireFormat format,
        ClockWatch clock,
        StatusLog statusLog,
        Runnable statusChanged,
        String instance,
        HealthRegistry health,
        FaultHandler faults,
        Consumer<WeirException> sourceGivenUp,
        Supplier<String> notice,
        MeterRegistry metrics) {}
