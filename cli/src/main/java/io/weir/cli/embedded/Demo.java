package io.weir.cli.embedded;

import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A small tree to try Weir on, made once: what a person does to it afterwards stays. */
public final class Demo {
    private Demo() {}

    /** The demo below a data directory, with two replicas beside it; makes nothing. */
    public static Layout below(Path data) {
        Path demo = data.resolve("demo");
        return Layout.ofOwn(demo.resolve("source"), List.of(demo.resolve("replica1"), demo.resolve("replica2")), data);
    }

    /** Makes the source of a demo, when it is missing. */
    public static void make(Layout demo) {
        Path source = demo.source();
        if (Files.exists(source)) {
            return;
        }
        try {
            // Under another name first: a half-made demo is never taken for a whole one.
            Path making = source.resolveSibling("source.new");
            Files.createDirectories(making.resolve("notes/2026"));
            Files.createDirectories(making.resolve("empty"));
            Files.writeString(making.resolve("hello.txt"), "Change me, and look at the replicas.\n");
            for (int month = 1; month <= 12; month++) {
                Files.writeString(
                        making.resolve("notes/2026/month-" + month + ".md"), "# Month " + month + "\n\n- [ ] plan\n");
            }
            Files.write(making.resolve("zeros.bin"), new byte[64 * 1024]);
            Files.createSymbolicLink(making.resolve("latest"), Path.of("notes/2026/month-12.md"));
            Files.createLink(making.resolve("hello-again.txt"), making.resolve("hello.txt"));
            Files.move(making, source);
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.FAILURE, "make the demo directory " + source + ": " + e + "; give another --data DIR", e);
        }
    }
}
