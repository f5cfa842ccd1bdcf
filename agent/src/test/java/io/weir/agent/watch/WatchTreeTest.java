package io.weir.agent.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.agent.watch.WatchTree.Node;
import io.weir.schemas.RelPath;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WatchTreeTest {
    private final WatchTree tree = new WatchTree(1);

    private Node node(int wd, Node parent, String name) {
        Node node = tree.add(wd, bytes(name));
        tree.place(node, parent, bytes(name));
        return node;
    }

    private static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aRenameMovesEverythingBelow() {
        Node a = node(2, tree.root(), "a");
        Node b = node(3, a, "b");
        Node c = node(4, tree.root(), "c");

        tree.place(a, c, bytes("z"));

        assertThat(tree.path(b)).isEqualTo(RelPath.of("c/z/b"));
        assertThat(tree.path(b, bytes("f"))).isEqualTo(RelPath.of("c/z/b/f"));
        assertThat(tree.child(tree.root(), bytes("a"))).isNull();
        assertThat(tree.components(b)).hasSize(3);
    }

    @Test
    void whatIsLooseHasNoPath() {
        Node a = node(2, tree.root(), "a");
        Node b = node(3, a, "b");

        tree.loosen(a);

        assertThat(tree.path(a)).isNull();
        assertThat(tree.path(b, bytes("f"))).isNull();
        assertThat(tree.isLoose(b)).isTrue();
        assertThat(tree.byWd(3)).isSameAs(b);
    }

    @Test
    void aTakenPlaceMakesTheOtherOneLoose() {
        Node a = node(2, tree.root(), "a");
        Node b = node(3, tree.root(), "b");

        assertThat(tree.place(b, tree.root(), bytes("a"))).isSameAs(a);
        assertThat(tree.isLoose(a)).isTrue();
        assertThat(tree.path(b)).isEqualTo(RelPath.of("a"));
    }

    @Test
    void removingLeavesTheChildrenLoose() {
        Node a = node(2, tree.root(), "a");
        Node b = node(3, a, "b");

        assertThat(tree.remove(a)).containsExactly(b);
        assertThat(tree.byWd(2)).isNull();
        assertThat(tree.isLoose(b)).isTrue();
        assertThat(tree.size()).isEqualTo(2);
    }

    @Test
    void randomMovesAgreeWithAPlainMap() {
        Random random = new Random(42);
        Map<Integer, Node> nodes = new HashMap<>();
        nodes.put(1, tree.root());
        for (int i = 2; i < 20_000; i++) {
            List<Node> all = random.nextInt(50) == 0 ? new ArrayList<>(nodes.values()) : List.of(tree.root());
            Node parent = all.get(random.nextInt(all.size()));
            nodes.put(i, node(i, parent, "n" + i));
            int victim = 2 + random.nextInt(i - 1);
            Node gone = nodes.get(victim);
            if (gone != null && random.nextInt(3) == 0 && tree.children(gone).isEmpty()) {
                tree.remove(gone);
                nodes.remove(victim);
            }
        }
        assertThat(tree.size()).isEqualTo(nodes.size());
        nodes.forEach((wd, node) -> {
            assertThat(tree.byWd(wd)).isSameAs(node);
            Node parent = node.parent();
            if (parent != null) {
                assertThat(tree.child(parent, node.name())).isSameAs(node);
            }
        });
        assertThat(tree.subtree(tree.root())).hasSize(nodes.size());
    }
}
