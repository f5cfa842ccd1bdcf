package io.weir.service;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** The name of this host, for people. */
public final class HostName {
    private HostName() {}

    /** The name, or {@code localhost} for a host that cannot resolve its own. */
    public static String get() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return "localhost";
        }
    }
}
