package io.weir.schemas;

/**
 * The keys of the status topic. Heartbeats of a component have its name, so that compaction leaves the last one. A claim of an
 * epoch has a key of its own: it is what tells other agents of the source, for as long as it takes, that this one was there.
 */
public final class StatusKey {
    /** In no component's name. */
    private static final char CLAIM = '#';

    private StatusKey() {}

    /** Of what a component says of itself. */
    public static String heartbeat(String component) {
        return component;
    }

    /**
     * Of the claim of an epoch.
     *
     * @param instance the life of the agent that claims it, as in its status records
     */
    public static String claim(String component, String instance) {
        return component + CLAIM + instance;
    }

    /** Whether it is that of a claim, which is no last word of any component. */
    public static boolean isClaim(String key) {
        return key.indexOf(CLAIM) >= 0;
    }

    /** The component that says something under this key. */
    public static String component(String key) {
        int end = key.indexOf(CLAIM);
        return end < 0 ? key : key.substring(0, end);
    }
}
