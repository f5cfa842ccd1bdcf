package io.weir.agent;

import io.weir.agent.rsyncd.RsyncDaemon;
import io.weir.agent.rsyncd.RsyncdSettings;
import io.weir.agent.rsyncd.SshModules;
import io.weir.agent.rsyncd.SshModulesOff;
import io.weir.agent.rsyncd.TlsFront;
import io.weir.agent.watch.SourceRoot;
import io.weir.service.FaultHandler;
import io.weir.service.HealthRegistry;
import io.weir.service.Service;
import io.weir.service.WeirException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What serves the data of an agent's sources, as its settings want it. Nothing is started here.
 *
 * @param daemon the rsync daemon; empty when another one is used
 * @param ssh what calls over ssh go by; empty when there are none
 * @param all everything, in the order of starting
 */
record DataServices(Optional<RsyncDaemon> daemon, Optional<SshModules> ssh, List<Service> all) {
    /**
     * Serves these sources from now on, and no others.
     *
     * @throws WeirException when that cannot be written
     */
    void serve(List<SourceRoot> sources) {
        daemon.ifPresent(each -> each.serve(sources));
        ssh.ifPresent(each -> each.serve(sources));
    }

    static DataServices of(AgentSettings settings, List<SourceRoot> roots, HealthRegistry health, FaultHandler faults) {
        RsyncdSettings rsyncd = settings.rsyncd();
        List<Service> all = new ArrayList<>();
        Optional<RsyncDaemon> daemon = Optional.empty();
        if (rsyncd.enabled()) {
            RsyncDaemon own =
                    new RsyncDaemon(rsyncd, roots, settings.stateDirectory(), health.heartbeat("rsyncd"), faults);
            daemon = Optional.of(own);
            all.add(own);
            rsyncd.tls()
                    .ifPresent(tls -> all.add(new TlsFront(
                            rsyncd,
                            tls,
                            own::port,
                            settings.stateDirectory(),
                            health.heartbeat("rsyncd-tls"),
                            faults)));
        }
        Optional<SshModules> ssh = rsyncd.ssh()
                .map(wanted -> new SshModules(
                        wanted,
                        rsyncd.hostsAllow(),
                        roots,
                        settings.stateDirectory(),
                        health.heartbeat("rsyncd-ssh"),
                        faults));
        all.add(ssh.<Service>map(each -> each).orElseGet(() -> new SshModulesOff(settings.stateDirectory())));
        return new DataServices(daemon, ssh, all);
    }
}
