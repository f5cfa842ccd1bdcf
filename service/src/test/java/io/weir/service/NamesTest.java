package io.weir.service;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "Site-1", "a.b_c", "-", "."})
    void lettersDigitsAndThreeSignsAreAName(String text) {
        assertThat(Names.isName(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a/b", "ä", "a\n", "a#b", "a\0"})
    void anythingElseIsNone(String text) {
        assertThat(Names.isName(text)).isFalse();
    }

    @Test
    void itHasABoundedLength() {
        assertThat(Names.isName("a".repeat(100))).isTrue();
        assertThat(Names.isName("a".repeat(101))).isFalse();
        assertThat(Names.isName("abc", 3)).isTrue();
        assertThat(Names.isName("abcd", 3)).isFalse();
    }
}
