package io.weir.agent.rsyncd;

import io.weir.service.Names;
import io.weir.service.Setting;
import io.weir.service.SettingsNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How the data is reached over ssh: sshd starts an rsync daemon for each call, with a configuration that the agent writes. Immutable.
 *
 * @param user who logs in; root is shut into each source, another user reads what it may
 * @param config the file to write
 */
public record SshSettings(String user, Path config) {
    static final Setting<Optional<String>> USER = Setting.optionalText(
                    "rsyncd.ssh.user",
                    "User that appliers log in as over ssh, with a key that `weir authorize` restricts, whether there is a"
                            + " daemon or not; empty for none. root is shut into each source, another user reads what it may.")
            .check(
                    user -> user.filter(name -> !name.matches("[A-Za-z0-9_][A-Za-z0-9._-]*"))
                            .isEmpty(),
                    Names.RULE);
    static final Setting<Path> CONFIG = Setting.path(
                    "rsyncd.ssh.config",
                    Path.of("/var/lib/weir/rsyncd-ssh.conf"),
                    "Where the agent writes the configuration for calls over ssh: in a directory that the user may enter"
                            + " and only the agent may write to.")
            .check(
                    path -> path.toString().matches("/[A-Za-z0-9/._+,=@:-]+"),
                    "must be of letters without accents, digits and . _ - + , = @ : only, as it becomes a word of a command");

    /** All settings of this record, for the reference. */
    public static final List<Setting<?>> SETTINGS = List.of(USER, CONFIG);

    /** Reads them from the section of an agent; what is wrong is noted there. */
    public static Optional<SshSettings> read(SettingsNode node) {
        Path config = node.get(CONFIG);
        return node.get(USER).map(user -> new SshSettings(user, config));
    }

    /**
     * The line of authorized_keys(5) that lets a key do nothing but pull: everything else that ssh offers is off, and whatever the
     * client asks to run, this daemon is run, which gives the sources away read-only.
     *
     * @param rsync the program, without blanks or quotes
     * @param key type, key and comment, as in a public key's file
     */
    public String authorize(String rsync, String key) {
        return "command=\"" + rsync + " --server --daemon --config=" + config + " .\",restrict " + key;
    }
}
