package io.weir.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StatusKeyTest {
    @Test
    void aClaimIsOfItsComponentAndNoHeartbeat() {
        String claim = StatusKey.claim("agent/data", "life-1");

        assertThat(claim).isNotEqualTo(StatusKey.claim("agent/data", "life-2"));
        assertThat(StatusKey.isClaim(claim)).isTrue();
        assertThat(StatusKey.component(claim)).isEqualTo("agent/data");
        for (String component : new String[] {"agent/data", "agent/data@uuid", "applier/one/data", ""}) {
            assertThat(StatusKey.isClaim(StatusKey.heartbeat(component))).isFalse();
            assertThat(StatusKey.component(StatusKey.heartbeat(component))).isEqualTo(component);
        }
    }
}
