package io.weir.cli;

import io.weir.agent.AgentSettings;
import io.weir.agent.rsyncd.SshSettings;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.SettingsFile;
import io.weir.service.WeirException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weir authorize}: what the file server's ssh must know of an applier's key. Writes nothing, asks nobody. */
@Command(
        name = "authorize",
        description = {
            "Prints, on a file server, the line of authorized_keys with which an applier's ssh key may pull the agent's sources and"
                    + " do nothing else: no shell, no other command, no forwarding, no writing. Appliers have"
                    + " rsync+ssh:// in their url. Writes nothing.",
            "",
            "Example, with rsyncd.ssh.user: root",
            "  weir authorize --config /etc/weir/agent.yaml backup1.pub >> /root/.ssh/authorized_keys"
        })
final class AuthorizeCommand implements Callable<Integer> {
    /** Type, key, comment; without what would end the line or be options of it. */
    private static final Pattern KEY = Pattern.compile(
            "(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-[a-z0-9@.-]+) [A-Za-z0-9+/]{40,}={0,3}(?: [^\\p{Cntrl}]*)?");

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/._+,=@:-]+");

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            required = true,
            description = "The agent's settings file, with rsyncd.ssh.user.")
    Path config = Path.of("weir.yaml");

    @Parameters(paramLabel = "KEY.pub", description = "The public key of an applier, as ssh-keygen writes it.")
    Path key = Path.of("key.pub");

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        AgentSettings settings = SettingsFile.read(config, root -> {
            Sections.ignoreBut(root, List.of("agent"));
            KafkaSettings.read(root);
            return AgentSettings.read(root.section("agent"));
        });
        SshSettings ssh = settings.rsyncd()
                .ssh()
                .orElseThrow(() -> new WeirException(
                        ExitCode.SETTINGS,
                        "authorize a key: " + config
                                + " does not say who logs in; set agent.rsyncd.ssh.user and start the agent again"));
        Outputs.out(spec).println(ssh.authorize(rsync(settings.rsyncd().executable()), publicKey()));
        Outputs.out(spec).flush();
        return ExitCode.OK.number();
    }

    private String publicKey() {
        String text;
        try {
            text = Files.readString(key, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.USAGE, "authorize a key: " + key + " cannot be read: " + e.getMessage(), e);
        }
        if (text.contains("PRIVATE KEY")) {
            throw refused("is a private key, which stays on its host; give the file beside it, " + key.getFileName()
                    + ".pub");
        }
        if (!KEY.matcher(text).matches()) {
            throw refused("is no public key of ssh: one line is expected, such as `ssh-ed25519 AAAA... backup1`,"
                    + " without options");
        }
        return text;
    }

    private WeirException refused(String why) {
        return new WeirException(ExitCode.USAGE, "authorize a key: " + key + " " + why);
    }

    /** With its directory, since the PATH of a login by ssh may be another one. */
    private static String rsync(String executable) {
        String found = Arrays.stream(
                        System.getenv().getOrDefault("PATH", "/usr/bin").split(File.pathSeparator, -1))
                .map(directory -> Path.of(directory).resolve(executable))
                .filter(file -> file.isAbsolute() && Files.isExecutable(file))
                .findFirst()
                .map(Path::toString)
                .orElse(executable);
        if (!PLAIN.matcher(found).matches()) {
            throw new WeirException(
                    ExitCode.SETTINGS,
                    "authorize a key: the path of rsync, '" + found
                            + "', has letters that the line cannot hold; set rsyncd.executable to another one");
        }
        return found;
    }
}
