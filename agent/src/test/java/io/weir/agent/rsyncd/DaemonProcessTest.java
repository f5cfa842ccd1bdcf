package io.weir.agent.rsyncd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class DaemonProcessTest {
    /** A daemon that cannot be prepared while it is told so. */
    private static final class Sleeper implements DaemonProcess.Recipe {
        private final RsyncdFiles files;
        private boolean isBroken;
        private int prepared;

        Sleeper(RsyncdFiles files) {
            this.files = files;
        }

        @Override
        public void prepare() throws IOException {
            prepared++;
            files.create();
            if (isBroken) {
                throw new IOException("cannot be prepared");
            }
        }

        @Override
        public List<String> command() {
            return List.of("sh", "-c", "exec sleep 1000", files.config().toString());
        }

        @Override
        public boolean answers() {
            return true;
        }

        @Override
        public boolean isTelling(String line) {
            return true;
        }

        @Override
        public String place() {
            return "nowhere";
        }

        @Override
        public String hint() {
            return "nothing";
        }
    }

    @Test
    void oneThatIsRenewedAndCannotBePreparedIsTriedMoreAndMoreSeldom(@TempDir Path work) throws Exception {
        RsyncdFiles files = RsyncdFiles.in(work);
        Sleeper sleeper = new Sleeper(files);
        try (DaemonProcess process = new DaemonProcess("sleeper", files, "sleeper.pid", sleeper)) {
            process.start();
            assertThat(process.watch()).isPresent();

            sleeper.isBroken = true;
            process.renew();
            // Once at once, and again after 160 ms or more, and 320.
            long before = System.nanoTime();
            while (sleeper.prepared < 4) {
                assertThat(process.watch()).isEmpty();
            }
            assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(480));

            sleeper.isBroken = false;
            assertThat(process.watch()).as("started anew").isEmpty();
            assertThat(process.watch()).isPresent();
        }
    }
}
