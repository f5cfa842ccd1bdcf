package io.weir.cli.server;

import io.weir.service.Loop;
import io.weir.service.WeirException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the broker's certificate anew in time while a server runs, and has the broker take whatever it is, whoever made it. The step
 * of a loop.
 */
final class CertificateWatch implements Loop.Step {
    private static final Logger log = LoggerFactory.getLogger(CertificateWatch.class);
    private static final Duration INTERVAL = Duration.ofHours(12);

    private final Authority authority;
    private final String host;
    private final Runnable reload;
    private final CountDownLatch closing = new CountDownLatch(1);
    private X509Certificate loaded;
    private long looked = System.nanoTime();

    /**
     * Looks for the first time after an interval: a start has looked.
     *
     * @param loaded what the broker has
     * @param reload has the broker read the file
     */
    CertificateWatch(Authority authority, String host, X509Certificate loaded, Runnable reload) {
        this.authority = authority;
        this.host = host;
        this.loaded = loaded;
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

    /** What can be done about a failure has time: it is said twice a day, and tried again. */
    void look(Instant now) {
        attempt("renewed", () -> authority.renewIfDue(host, now));
        attempt("taken", () -> {
            X509Certificate there = authority.certificate();
            if (!there.equals(loaded)) {
                reload.run();
                loaded = there;
            }
        });
    }

    private void attempt(String what, Runnable step) {
        try {
            step.run();
        } catch (WeirException e) {
            log.warn(
                    "The server's certificate is not {}: served={} until={} cause={}",
                    what,
                    loaded.getSerialNumber().toString(16),
                    loaded.getNotAfter().toInstant(),
                    e.getMessage());
        }
    }

    @Override
    public void wakeUp() {
        closing.countDown();
    }
}
