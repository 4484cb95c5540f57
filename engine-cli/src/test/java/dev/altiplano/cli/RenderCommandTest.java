package dev.altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class RenderCommandTest {
    private static final String ALL =
            "{{ messages|length }} {{ tools is none }} {{ bos_token is defined }}"
                    + " {{ add_generation_prompt is defined }} {{ x }}";

    @TempDir Path folder;

    @Test
    void printsTheConversationByteForByte() throws IOException {
        String file = json("[{\"role\": \"user\", \"content\": \"Grüß\\n😀 \"}]");

        String out = Run.of("render", Demo.PATH, "--messages", file).fine();
        String closed =
                Run.of("render", Demo.PATH, "--messages", file, "--no-generation-prompt").fine();

        assertThat(closed)
                .isEqualTo(
                        "<|begin_of_text|><|header_start|>user<|header_end|>\n\nGrüß\n😀 <|eot|>");
        assertThat(out).isEqualTo(closed + "<|header_start|>assistant<|header_end|>\n\n");
    }

    @Test
    void takesVariablesBesideTheMessages() throws IOException {
        String file = json("{\"messages\": [], \"x\": 1.50}");

        assertThat(
                        Run.of("render", Demo.PATH, "--messages", file, "--template", template(ALL))
                                .fine())
                .isEqualTo("0 True True True 1.5");
    }

    @Test
    void addsNothingToAContext() throws IOException {
        String file = json("{\"messages\": [1], \"tools\": [2], \"x\": 12345678901234567890}");

        assertThat(
                        Run.of("render", Demo.PATH, "--context", file, "--template", template(ALL))
                                .fine())
                .isEqualTo("1 False False False 12345678901234567890");
    }

    @Test
    void keepsTheOrderOfKeys() throws IOException {
        String file = json("{\"messages\": [], \"x\": {\"b\": 1, \"a\": [true, null]}}");
        String template = template("{{ x|tojson }}");

        assertThat(Run.of("render", Demo.PATH, "--messages", file, "--template", template).fine())
                .isEqualTo("{\"b\": 1, \"a\": [true, null]}");
    }

    @Test
    void usesLlama4sFormatWhereThereIsNone() throws IOException {
        String file = json("[{\"role\": \"user\", \"content\": \"Hi\"}]");

        assertThat(Run.of("render", folder.toString(), "--messages", file).fine())
                .contains("<|header_start|>user<|header_end|>\n\nHi<|eot|>");
    }

    @Test
    void namesThePlaceOfAFault() throws IOException {
        String file = json("[]");
        String template = template("a\n{{ 1 + }}");

        assertThat(
                        Run.of("render", Demo.PATH, "--messages", file, "--template", template)
                                .failure(1))
                .startsWith("t.jinja:2:");
        assertThat(Run.of("render", Demo.PATH, "--messages", json("[1,\n2")).failure(1))
                .startsWith(file + ":2:");
        assertThat(Run.of("render", Demo.PATH, "--messages", json("{\"x\": 1}")).failure(1))
                .endsWith("expected a list of messages, or an object with a list 'messages'");
        assertThat(Run.of("render", Demo.PATH, "--context", json("[]")).failure(1))
                .endsWith("expected a JSON object");
    }

    private String json(String text) throws IOException {
        return Files.writeString(folder.resolve("f.json"), text).toString();
    }

    private String template(String text) throws IOException {
        return Files.writeString(folder.resolve("t.jinja"), text).toString();
    }
}
