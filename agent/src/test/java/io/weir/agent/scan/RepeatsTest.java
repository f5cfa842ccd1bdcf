package io.weir.agent.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.agent.root.Debt;
import io.weir.agent.root.RootGuard;
import io.weir.agent.watch.Captured;
import io.weir.agent.watch.SourceRoot;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.Micros;
import io.weir.schemas.Origin;
import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;
import io.weir.service.Heartbeat;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is owed after a restart of the machine, or another agent's time, and when it is struck out. */
class RepeatsTest {
    private static final long HOUR = TimeUnit.HOURS.toMicros(1);
    private static final Debt REBOOTED = new Debt(OptionalLong.of(1), 0);

    private final Path work;
    private final AtomicLong clockBack = new AtomicLong();
    private final List<String> told = new ArrayList<>();
    private Debt owed = REBOOTED;
    private long oldest = Long.MAX_VALUE;

    RepeatsTest(@TempDir Path work) {
        this.work = work;
    }

    @Test
    void timesOfAClockThatWasSetBackStrikeOutNothing() throws Exception {
        Repeats repeats = repeats(Duration.ofMinutes(10));
        clockBack.set(HOUR);
        repeats.run(() -> {});
        assertThat(told).containsExactly("CLOSED f");
        // Captured before the clock was set back, and in front of what was told.
        oldest = Micros.now() + HOUR;
        repeats.run(() -> {});
        assertThat(owed).isEqualTo(REBOOTED);

        oldest = Long.MAX_VALUE;
        repeats.run(() -> {});
        assertThat(owed.isNone()).isTrue();
    }

    @Test
    void whatIsOwedIsStruckOutWhenOnlyLaterChangesWait() throws Exception {
        Repeats repeats = repeats(Duration.ofMinutes(10));
        repeats.run(() -> {});
        oldest = Micros.now() + HOUR;
        repeats.run(() -> {});

        assertThat(owed.isNone()).isTrue();
    }

    @Test
    void withoutATailEverythingIsRescannedAfterABoot() throws Exception {
        repeats(Duration.ZERO).run(() -> {});

        assertThat(told).containsExactly("RESCAN . *");
    }

    @Test
    void aDebtThatGrewMeanwhileIsNotStruckOut() throws Exception {
        Repeats repeats = repeats(Duration.ofMinutes(10));
        repeats.run(() -> {});
        owed = new Debt(OptionalLong.of(1), 77);
        repeats.run(() -> {});

        assertThat(told).endsWith("GAP . *", "RESCAN . *");
        assertThat(owed.rivalEpoch()).isEqualTo(77);
    }

    private Repeats repeats(Duration tail) throws Exception {
        SourceRoot root = new SourceRoot("data", work.toString().getBytes(StandardCharsets.UTF_8));
        return new Repeats(
                new Scanner.Wiring(
                        "data",
                        RootGuard.identify(root, null),
                        PathRules.NONE,
                        work,
                        new ScanSettings(2, 0, Duration.ZERO, Duration.ZERO, 1_000_000, tail),
                        new ScanMetrics("data", new SimpleMeterRegistry()),
                        Heartbeat.unwatched("scanner"),
                        new Pipeline(),
                        (from, sink, tick) -> {
                            sink.accept(new Captured(
                                    ChangeKind.CLOSED,
                                    RelPath.of("f"),
                                    null,
                                    false,
                                    Origin.SCAN,
                                    Micros.now() - clockBack.get(),
                                    null));
                            return true;
                        },
                        new Owed()),
                new SessionClock(() -> Micros.now() - clockBack.get(), System::nanoTime));
    }

    private final class Pipeline implements Scanner.Pipeline {
        @Override
        public void captured(Captured change) {
            told.add(ComparisonTest.brief(change));
        }

        @Override
        public long oldestMicros() {
            return oldest;
        }
    }

    private final class Owed implements Ledger {
        @Override
        public Debt debt() {
            return owed;
        }

        @Override
        public void settle(Debt published) {
            owed = owed.equals(published) ? Debt.NONE : owed;
        }
    }
}
