package io.weir.agent.rsyncd;

import io.weir.service.Service;
import java.nio.file.Path;

/** In the place of {@link SshModules} when nobody is to pull over ssh any more: keys that sshd still takes find no configuration. */
public final class SshModulesOff implements Service {
    private final SshConfigFile file;

    /**
     * For an agent without ssh.
     *
     * @param stateDirectory where an agent with ssh noted what it wrote
     */
    public SshModulesOff(Path stateDirectory) {
        this.file = new SshConfigFile(stateDirectory);
    }

    @Override
    public String name() {
        return "rsyncd-ssh-off";
    }

    @Override
    public void start() {
        file.remove();
    }

    @Override
    public void close() {
        // Nothing runs.
    }
}
