package io.weir.agent.watch;

import io.weir.agent.watch.WatchTree.Node;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A set of nodes by a key that the nodes hold themselves: an open-addressing table of references, some eight bytes per
 * node where a {@code HashMap} takes fifty. Linear probing, removal by shifting back. A key must not change while its node is in the table.
 */
abstract class NodeTable {
    private @Nullable Node[] slots = new @Nullable Node[64];
    private int size;

    /** The spread hash of a node's key. */
    abstract int hash(Node node);

    int size() {
        return size;
    }

    @Nullable
    Node find(int hash, Predicate<Node> isIt) {
        int mask = slots.length - 1;
        for (int i = start(hash, mask); ; i = (i + 1) & mask) {
            Node node = slots[i];
            if (node == null || isIt.test(node)) {
                return node;
            }
        }
    }

    void add(Node node) {
        if ((size + 1) * 3L > slots.length * 2L) {
            grow();
        }
        insert(node);
        size++;
    }

    void remove(Node node) {
        int mask = slots.length - 1;
        int hole = start(hash(node), mask);
        while (slots[hole] != node) {
            if (slots[hole] == null) {
                return;
            }
            hole = (hole + 1) & mask;
        }
        size--;
        slots[hole] = null;
        // What probed past the hole moves into it, so that no search ends too early.
        for (int i = (hole + 1) & mask; ; i = (i + 1) & mask) {
            Node node2 = slots[i];
            if (node2 == null) {
                return;
            }
            int home = start(hash(node2), mask);
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                slots[hole] = node2;
                slots[i] = null;
                hole = i;
            }
        }
    }

    private void insert(Node node) {
        int mask = slots.length - 1;
        int i = start(hash(node), mask);
        while (slots[i] != null) {
            i = (i + 1) & mask;
        }
        slots[i] = node;
    }

    private void grow() {
        @Nullable Node[] old = slots;
        slots = new @Nullable Node[old.length * 2];
        for (Node node : old) {
            if (node != null) {
                insert(node);
            }
        }
    }

    private static int start(int hash, int mask) {
        return (hash ^ (hash >>> 16)) & mask;
    }
}
