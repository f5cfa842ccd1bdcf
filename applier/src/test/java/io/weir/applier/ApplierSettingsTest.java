package io.weir.applier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.applier.disk.DeletePolicy;
import io.weir.service.ExitCode;
import io.weir.service.SettingsFile;
import io.weir.service.WeirException;
import org.junit.jupiter.api.Test;

class ApplierSettingsTest {
    private static final String TOP = "kafka.bootstrap.servers: localhost:9092\napplier:\n  replica: backup1\n";

    private static ApplierSettings read(String yaml) {
        return SettingsFile.parse("weir.yaml", TOP + yaml, name -> null, ApplierSettings::read);
    }

    @Test
    void readsASourceWithItsOptions() {
        ApplierSettings settings = read("""
                  sources:
                    - name: data
                      root: /srv/data
                      url: rsync://weir@host:8730/data/
                      delete: never
                      baseline.bwlimit: 5 MiB
                """);

        assertThat(settings.sources()).singleElement().satisfies(source -> {
            assertThat(source.endpoint().url()).isEqualTo("rsync://host:8730/data/");
            assertThat(source.deletePolicy()).isEqualTo(DeletePolicy.NEVER);
            assertThat(source.rsync().ofBaseline().bwlimit()).isEqualTo(5 * 1024);
            assertThat(source.rsync().bwlimit()).isZero();
        });
    }

    @Test
    void tellsAllProblemsAtOnceWithWhatWasMeant() {
        assertThatThrownBy(() -> read("""
                  max.proceses: 3
                  sources:
                    - name: data
                      root: /srv/data
                      url: host:/path
                      filters: ["a["]
                      rsync: {delete: "true"}
                """))
                .isInstanceOfSatisfying(
                        WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.SETTINGS))
                .hasMessageContainingAll(
                        "did you mean applier.max.processes?", "rsync://", "rsync option 'delete' is not allowed");
    }

    @Test
    void refusesReplicasInsideEachOther() {
        assertThatThrownBy(() -> read("""
                  sources:
                    - name: data
                      root: /srv/data
                      url: rsync://host/data/
                    - name: logs
                      root: /srv/data/logs
                      url: rsync://host/logs/
                """)).hasMessageContaining("lies in that of 'data'");
        assertThatThrownBy(() -> read("")).hasMessageContaining("add a list of sources");
    }
}
