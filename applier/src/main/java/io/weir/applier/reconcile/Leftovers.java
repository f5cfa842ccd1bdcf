package io.weir.applier.reconcile;

import io.weir.applier.rsync.RsyncCommand;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends rsync processes that outlived the applier which started them: they would go on writing into the replica for a while. */
final class Leftovers {
    private static final Logger log = LoggerFactory.getLogger(Leftovers.class);

    private Leftovers() {}

    /** Ends the pulls into one replica root; the caller holds that root's lock, so they are nobody's. */
    static void end(Path root) {
        ProcessHandle.allProcesses()
                .filter(process -> isPullInto(
                        root, process.info().arguments().map(Arrays::asList).orElse(List.of())))
                .forEach(process -> {
                    log.warn("an rsync of an earlier run is ended pid={} root={}", process.pid(), root);
                    process.destroyForcibly();
                });
    }

    static boolean isPullInto(Path root, List<String> arguments) {
        return arguments.stream().anyMatch(argument -> argument.startsWith(RsyncCommand.tempMark()))
                && arguments.contains("--files-from=-")
                && arguments.get(arguments.size() - 1).equals(root + "/");
    }
}
