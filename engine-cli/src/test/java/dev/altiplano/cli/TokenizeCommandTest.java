package dev.altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenizeCommandTest {
    private static final String BEGIN = "<|begin_of_text|>";

    @Test
    void printsIdsBetweenSpacesAndAddsNone() {
        assertThat(Run.of("tokenize", Demo.PATH, "A kite.").fine()).isEqualTo("32 810 13\n");
        assertThat(Run.of("tokenize", Demo.PATH, "").fine()).isEqualTo("\n");
    }

    @Test
    void opensTheTokenizersFileToo() {
        String file = Demo.FOLDER.resolve("tokenizer.json").toString();

        assertThat(Run.of("tokenize", file, "A kite.").fine()).isEqualTo("32 810 13\n");
    }

    @Test
    void parsesSpecialTokensOnlyWhenAsked() {
        String special = Run.of("tokenize", Demo.PATH, "--special", BEGIN + "A").fine();
        String plain = Run.of("tokenize", Demo.PATH, BEGIN + "A").fine();

        assertThat(special).isEqualTo("960 32\n");
        assertThat(plain).doesNotContain("960").endsWith(" 32\n");
    }

    @Test
    void readsAllOfTheInputAsOneText() { // é is two bytes, each a token
        String out = Run.withInput("A\né\n", "tokenize", Demo.PATH, "-").fine();

        assertThat(out).isEqualTo("32 198 127 102 198\n");
    }

    @Test
    void readsAJsonStringALine() {
        String out =
                Run.withInput(
                                "\"A kite.\"\n\"\"\n\"\\u0041\"",
                                "tokenize",
                                Demo.PATH,
                                "-",
                                "--json")
                        .fine();

        assertThat(out).isEqualTo("[32, 810, 13]\n[]\n[32]\n");
    }

    @Test
    void namesALineThatIsNoJsonString() {
        Run run = Run.withInput("\"A\"\n[1]\n", "tokenize", Demo.PATH, "-", "--json");

        assertThat(run.failure(1)).isEqualTo("line 2 of the input is no JSON string");
        assertThat(run.out()).isEqualTo("[32]\n");
    }
}
