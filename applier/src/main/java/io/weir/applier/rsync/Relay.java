package io.weir.applier.rsync;

import java.util.List;

/** What carries the bytes of an rsync call. */
public enum Relay {
    /** rsync itself: a socket of its own, or files of this host. */
    NONE,
    /** The ssh of {@link Way.Ssh}. */
    SSH,
    /** The openssl of {@link Way.Tls}. */
    TLS;

    /** What carries those of a call with these words. */
    static Relay of(List<String> command) {
        if (command.stream().anyMatch(word -> word.startsWith(Way.Ssh.OPTION))) {
            return SSH;
        }
        return command.stream().anyMatch(word -> word.startsWith(Way.Tls.VARIABLE)) ? TLS : NONE;
    }
}
