package io.weir.applier.disk;

/** Whether a replica loses what its source no longer has. */
public enum DeletePolicy {
    /** What is gone at the source is deleted here. */
    ALLOW,
    /**
     * Nothing is ever deleted: what is gone at the source stays, and a directory that something else should replace makes
     * that path fail.
     */
    NEVER
}
