package io.weir.cli.server;

import io.weir.service.Loop;
import io.weir.service.WeirException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the broker's certificate anew in time while a server runs. The step of a loop. */
final class CertificateWatch implements Loop.Step {
    private static final Logger log = LoggerFactory.getLogger(CertificateWatch.class);
    private static final Duration INTERVAL = Duration.ofHours(12);

    private final Authority authority;
    private final String host;
    private final Runnable reload;
    private final CountDownLatch closing = new CountDownLatch(1);
    private long looked = System.nanoTime();

    /** Looks for the first time after an interval: a start has looked. */
    CertificateWatch(Authority authority, String host, Runnable reload) {
        this.authority = authority;
        this.host = host;
        this.reload = reload;
    }

    @Override
    public void run() throws InterruptedException {
        closing.await(1, TimeUnit.SECONDS);
        if (System.nanoTime() - looked > INTERVAL.toNanos()) {
            looked = System.nanoTime();
            look(Instant.now());
        }
    }

    /** What can be done about a failure has time: it is said twice a day. */
    void look(Instant now) {
        try {
            if (authority.renewIfDue(host, now)) {
                reload.run();
            }
        } catch (WeirException e) {
            log.warn(
                    "The server's certificate is not renewed: until={} cause={}",
                    authority.certificate().getNotAfter().toInstant(),
                    e.getMessage());
        }
    }

    @Override
    public void wakeUp() {
        closing.countDown();
    }
}
