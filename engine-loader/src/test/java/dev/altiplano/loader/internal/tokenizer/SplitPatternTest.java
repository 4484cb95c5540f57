package dev.altiplano.loader.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.altiplano.loader.CheckpointException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;

class SplitPatternTest {
    private static final String LLAMA_4 =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
                + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}"
                + "\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}|"
                + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String LLAMA_3 =
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
                    + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    @ParameterizedTest
    @CsvSource(
            delimiter = '%',
            value = {
                "(a+)+b % repeats a group at index 4",
                "(a|a)*b % repeats a group at index 5",
                "(?:a){2} % repeats a group at index 5",
                "(a)\\1 % has a back reference at index 3",
                "(?<x>a)\\k<x> % has an unknown kind of group at index 0",
                "(?x)a%has an unknown kind of group at index 0",
                "\\Qa\\E % has a quotation \\Q at index 0",
                "a{5000}{5000} % branches in more than 10000 ways up to index 13",
                "a{99999999} % has an unusual repetition at index 1",
                "[]a] % has a class that opens with ] at index 0",
                "(a % cannot be compiled by java.util.regex: Unclosed group near index 2",
                "[a % cannot be compiled by java.util.regex: Unclosed character class near index 1",
                "*a % cannot be compiled by java.util.regex: Dangling meta character '*' near index"
                        + " 0",
                "\\p{Han}+ % cannot be compiled by java.util.regex: Unknown character property name"
                        + " {Han} near index 6",
            })
    void unboundedOrUnknownPatternsAreRefusedInWords(String regex, String message) {
        assertThatThrownBy(() -> SplitPattern.compile(regex))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void longOrManifoldPatternsAreRefused() {
        assertThatThrownBy(() -> SplitPattern.compile("a".repeat(4097)))
                .hasMessage("has 4097 characters, expected at most 4096");
        assertThatThrownBy(() -> SplitPattern.compile("(|)".repeat(100) + "(?!)"))
                .hasMessage("branches in more than 10000 ways up to index 42");
        assertThatThrownBy(() -> SplitPattern.compile("(".repeat(4096)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                LLAMA_4,
                LLAMA_3,
                "\\p{N}{1,3}",
                "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+|"
                        + " ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                "[一-龥぀-ゟ゠-ヿ]+",
                "[\\p{P}\\p{S}&&[^'\\]]]+|(?<=a)b|(?>x|y)?"
            })
    void patternsOfPublishedModelsCompile(String regex) {
        assertThat(SplitPattern.compile(regex).pattern()).isEqualTo(regex);
    }

    static List<String> unitsOfLongTexts() {
        return List.of(
                "a", "A", "Aa", "字", "ǅ", "ʰ", "7", "½", "!", "/", " ", "\n", "\r\n", " \n", "\n ",
                "\u00a0", "\u0301", "a\u0301", "🙂", "𐐀", "\ud83d", "\ude42", "'s", "'", " a",
                "!a", "\u0000", "\u200d", "Aa1 !\n", "A ", "  a");
    }

    @ParameterizedTest
    @MethodSource("unitsOfLongTexts")
    void aMillionCharactersOfOneKindAreSplitInStepsThatGrowWithThem(String unit) {
        String text = unit.repeat(1_000_000 / unit.length());
        for (String regex : List.of(LLAMA_4, LLAMA_3)) {
            long[] covered = {0};

            // throws if it takes too many steps or too deep a stack
            splitter(regex).split(text, 0, text.length(), (from, to) -> covered[0] += to - from);

            assertThat(covered[0]).isEqualTo(text.length());
        }
    }

    @Test
    void aPatternThatReadsTheTextOverAndOverIsStopped() {
        String text = "a".repeat(200_000);

        assertThatThrownBy(
                        () -> splitter("a*a*a*b").split(text, 0, text.length(), (from, to) -> {}))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "tokenizer.json: 'pre_tokenizer' takes over 1000 steps per character on a"
                                + " text of 200000 characters");
    }

    @Test
    void piecesCoverTheTextAndDoNotOverlap() {
        String text = "The fox's  kite\n\n 12345 ÀÉ!";
        List<String> pieces = new ArrayList<>();

        splitter(LLAMA_4)
                .split(text, 4, text.length(), (from, to) -> pieces.add(text.substring(from, to)));

        assertThat(pieces)
                .containsExactly("fox's", " ", " kite", "\n\n", " ", "123", "45", " ÀÉ", "!");
    }

    private static TextSplitter splitter(String regex) {
        return new TextSplitter(List.of(SplitPattern.compile(regex)), "tokenizer.json");
    }
}
