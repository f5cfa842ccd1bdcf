package io.weir.agent.root;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFileTest {
    private static final UUID ID = UUID.fromString("00000000-0000-0000-0000-000000000001");

    private final Path directory;

    StateFileTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void outlivesALife() throws Exception {
        StateFile file = StateFile.open(directory, "data");
        file.update(before -> before.begun(ID, "life-1", "boot-1", OptionalLong.of(5)));
        file.update(before -> before.claimed(42, "life-1", true));
        file.update(before -> before.begun(ID, "life-2", "boot-1", OptionalLong.of(9)));

        SourceState again = StateFile.open(directory, "data").state();

        assertThat(again).isEqualTo(file.state());
        assertThat(again.epoch()).isEqualTo(42);
        assertThat(again.lives()).containsExactly("life-1", "life-2");
        assertThat(again.debt()).isEqualTo(new Debt(OptionalLong.of(5), 42));
    }

    @Test
    void aFileOfAnEarlierVersionIsUnderstood() throws Exception {
        Files.writeString(
                directory.resolve("data.state"),
                "weir source state 1\nuuid=" + ID + "\nepoch=42\nlives=life-1\nclean=true\nboot=boot-1\n");

        assertThat(StateFile.open(directory, "data").state())
                .isEqualTo(new SourceState(ID, 42, List.of("life-1"), "boot-1", Debt.NONE));
    }

    @Test
    void aRestartBeforeTheRepeatIsDoneKeepsTheEarlierMoment() {
        SourceState first = SourceState.NONE.begun(ID, "life-1", "boot-1", OptionalLong.empty());
        assertThat(first.debt().isNone()).isTrue();

        SourceState rebooted = first.begun(ID, "life-2", "boot-2", OptionalLong.of(100));
        SourceState restarted = rebooted.begun(ID, "life-3", "boot-2", OptionalLong.of(200));
        SourceState again = restarted.begun(ID, "life-4", "boot-3", OptionalLong.of(300));

        assertThat(List.of(rebooted, restarted, again))
                .extracting(state -> state.debt().sinceMillis())
                .containsOnly(OptionalLong.of(100));
        assertThat(again.settled(again.debt()).debt().isNone()).isTrue();
        assertThat(again.settled(Debt.NONE).debt()).isEqualTo(again.debt());
    }

    @Test
    void aMachineThatDoesNotNameItsStartCountsAsRestarted() {
        SourceState state = SourceState.NONE.begun(ID, "life-1", "", OptionalLong.empty());

        assertThat(state.begun(ID, "life-2", "", OptionalLong.of(7)).debt().sinceMillis())
                .isEqualTo(OptionalLong.of(7));
    }
}
