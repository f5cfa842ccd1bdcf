package io.weir.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the one {@code weir up} that all of them share, since each start costs seconds: every test works in a directory of
 * its own at the top of the source. When the last test is done both replicas must equal the whole source, and it is stopped.
 */
final class OneWeirUp implements ParameterResolver {
    private static final String KEY = "weir up";

    /** Ends it; JUnit closes what is in the store of the whole run. */
    private record Running(WeirUp weir, Path folder) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            try (weir) {
                weir.awaitEqual();
            } finally {
                remove();
            }
        }

        /** Java's own ways give up at paths that are too long. */
        private void remove() throws IOException {
            try {
                Shell.run(folder.getParent(), "rm", "-rf", folder.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while removing " + folder, e);
            }
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == WeirUp.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(OneWeirUp.class))
                .getOrComputeIfAbsent(KEY, key -> start(), Running.class)
                .weir();
    }

    private static Running start() {
        try {
            Path folder = Files.createTempDirectory("weir-e2e").toRealPath();
            Path source = Files.createDirectories(folder.resolve("source"));
            Files.writeString(source.resolve("before the first start"), "baseline");
            WeirUp weir = WeirUp.start(folder);
            weir.awaitEqual();
            return new Running(weir, folder);
        } catch (IOException e) {
            throw new IllegalStateException("cannot start weir up", e);
        }
    }
}
