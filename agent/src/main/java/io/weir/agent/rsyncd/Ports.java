package io.weir.agent.rsyncd;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Ports of this machine. */
final class Ports {
    private Ports() {}

    /** One that nobody has now. */
    static int free(String address) throws IOException {
        return take(address, 0);
    }

    /** This port, or one that nobody has now when it is 0. */
    static int orFree(String address, int port) throws IOException {
        return port == 0 ? free(address) : port;
    }

    /**
     * Takes a port for a moment.
     *
     * @param port 0 for any
     * @return the port
     * @throws IOException when somebody has it
     */
    static int take(String address, int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, port));
            return socket.getLocalPort();
        }
    }
}
