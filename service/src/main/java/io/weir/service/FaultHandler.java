package io.weir.service;

/** Told of a failure that a component cannot recover from. Called from any thread; must not throw nor block. */
@FunctionalInterface
public interface FaultHandler {
    /** The component has stopped its work because of the cause; the process should stop, and say why. */
    void fatal(String component, Throwable cause);
}
