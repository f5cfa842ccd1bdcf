package io.weir.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
public final class Version implements IVersionProvider {
    /** Called by picocli. */
    public Version() {}

    @Override
    public String[] getVersion() {
        return new String[] {"weir " + number(), "Java " + Runtime.version() + ", " + System.getProperty("os.arch")};
    }

    private static String number() {
        try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the version of this build", e);
        }
    }
}
