package io.weir.agent.watch;

import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The watched directories, found by watch descriptor and by (parent, name). A directory knows its parent and its own name
 * only, so a rename is O(1) whatever lies below. A node may be loose: taken out of its place, with everything below it,
 * until it is put back or dropped. About 80 bytes per directory. Confined to the tree thread.
 */
final class WatchTree {
    /** A watched directory. */
    static final class Node {
        private final int wd;
        private byte[] name;
        private @Nullable Node parent;
        private @Nullable Node firstChild;
        private @Nullable Node next;
        private @Nullable Node previous;

        private Node(int wd, byte[] name) {
            this.wd = wd;
            this.name = name;
        }

        int wd() {
            return wd;
        }

        byte[] name() {
            return name;
        }

        /** Null for the root and for a loose node. */
        @Nullable
        Node parent() {
            return parent;
        }
    }

    private final Node root;
    private final NodeTable byWd = new NodeTable() {
        @Override
        int hash(Node node) {
            return wdHash(node.wd);
        }
    };
    private final NodeTable byName = new NodeTable() {
        @Override
        int hash(Node node) {
            Node parent = node.parent;
            return nameHash(parent == null ? 0 : parent.wd, node.name);
        }
    };

    WatchTree(int rootWd) {
        root = new Node(rootWd, new byte[0]);
        byWd.add(root);
    }

    Node root() {
        return root;
    }

    int size() {
        return byWd.size();
    }

    @Nullable
    Node byWd(int wd) {
        return byWd.find(wdHash(wd), node -> node.wd == wd);
    }

    @Nullable
    Node child(Node parent, byte[] name) {
        return byName.find(nameHash(parent.wd, name), node -> node.parent == parent && Arrays.equals(node.name, name));
    }

    /** A node of a new watch, loose. */
    Node add(int wd, byte[] name) {
        Node node = new Node(wd, name);
        byWd.add(node);
        return node;
    }

    /**
     * Puts a node to a place, out of the one it has.
     *
     * @return the node that was there and is loose now, if another one was
     */
    @Nullable
    Node place(Node node, Node parent, byte[] name) {
        Node displaced = child(parent, name);
        if (displaced == node) {
            return null;
        }
        if (displaced != null) {
            loosen(displaced);
        }
        loosen(node);
        node.parent = parent;
        node.name = name;
        node.next = parent.firstChild;
        if (node.next != null) {
            node.next.previous = node;
        }
        parent.firstChild = node;
        byName.add(node);
        return displaced;
    }

    /** Takes a node out of its place, with everything below it. */
    void loosen(Node node) {
        Node parent = node.parent;
        if (parent == null) {
            return;
        }
        byName.remove(node);
        if (node.previous == null) {
            parent.firstChild = node.next;
        } else {
            node.previous.next = node.next;
        }
        if (node.next != null) {
            node.next.previous = node.previous;
        }
        node.parent = null;
        node.next = null;
        node.previous = null;
    }

    /** Forgets one node; what was right below it is loose now, and returned. */
    List<Node> remove(Node node) {
        List<Node> children = children(node);
        children.forEach(this::loosen);
        loosen(node);
        byWd.remove(node);
        return children;
    }

    List<Node> children(Node node) {
        List<Node> children = new ArrayList<>();
        for (Node child = node.firstChild; child != null; child = child.next) {
            children.add(child);
        }
        return children;
    }

    /** The node and everything below it, each behind its parent. */
    List<Node> subtree(Node top) {
        List<Node> all = new ArrayList<>();
        all.add(top);
        for (int i = 0; i < all.size(); i++) {
            all.addAll(children(all.get(i)));
        }
        return all;
    }

    boolean isAtOrBelow(Node node, Node top) {
        for (Node at = node; at != null; at = at.parent) {
            if (at == top) {
                return true;
            }
        }
        return false;
    }

    boolean isLoose(Node node) {
        return !isAtOrBelow(node, root);
    }

    /** Names from the root to the node, none for the root; null when the node is loose or below a loose one. */
    @Nullable
    List<byte[]> components(Node node) {
        List<byte[]> names = new ArrayList<>();
        Node at = node;
        while (at.parent != null) {
            names.add(at.name);
            at = at.parent;
        }
        if (at != root) {
            return null;
        }
        Collections.reverse(names);
        return names;
    }

    /** The path of an entry of a directory; null when the node is loose or below a loose one. */
    @Nullable
    RelPath path(Node node, byte[] entry) {
        int length = entry.length;
        Node at = node;
        while (at.parent != null) {
            length += at.name.length + 1;
            at = at.parent;
        }
        if (at != root) {
            return null;
        }
        byte[] path = new byte[length];
        int end = length - entry.length;
        System.arraycopy(entry, 0, path, end, entry.length);
        for (at = node; at.parent != null; at = at.parent) {
            path[--end] = '/';
            end -= at.name.length;
            System.arraycopy(at.name, 0, path, end, at.name.length);
        }
        return RelPath.of(path);
    }

    /** The path of a directory; null when it is loose or below a loose one. */
    @Nullable
    RelPath path(Node node) {
        Node parent = node.parent;
        if (parent == null) {
            return node == root ? RelPath.ROOT : null;
        }
        return path(parent, node.name);
    }

    private static int wdHash(int wd) {
        return wd * 0x9E3779B9;
    }

    private static int nameHash(int parentWd, byte[] name) {
        return (Arrays.hashCode(name) + parentWd * 31) * 0x9E3779B9;
    }
}
