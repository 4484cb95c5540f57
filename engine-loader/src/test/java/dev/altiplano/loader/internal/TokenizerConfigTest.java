package dev.altiplano.loader.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.internal.TokenizerConfig.TemplateSource;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class TokenizerConfigTest {
    @TempDir Path folder;
    private TokenizerConfig config;

    @BeforeEach
    void open() {
        config = new TokenizerConfig(folder);
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
    }

    @Test
    void aFolderMayLackAllOfIt() {
        assertThat(config.chatTemplate()).isEmpty();
        assertThat(config.bosToken()).isEmpty();
        assertThat(config.eosToken()).isEmpty();
    }

    @Test
    void takesTheTemplateFromTheFirstFileThatHasOne() throws IOException {
        write("tokenizer_config.json", "{\"chat_template\": \"third\"}");
        assertThat(config.chatTemplate())
                .contains(new TemplateSource("third", "tokenizer_config.json"));

        write("chat_template.json", "{\"chat_template\": \"second\"}");
        assertThat(config.chatTemplate())
                .contains(new TemplateSource("second", "chat_template.json"));

        write("chat_template.jinja", "first {{ '\u00e9' }}\n");
        assertThat(config.chatTemplate())
                .contains(new TemplateSource("first {{ '\u00e9' }}\n", "chat_template.jinja"));
    }

    @Test
    void takesTheDefaultOfSeveralTemplates() throws IOException {
        write(
                "tokenizer_config.json",
                """
                {"chat_template": [{"name": "tool_use", "template": "a"},
                                   {"name": "default", "template": "b"}]}
                """);

        assertThat(config.chatTemplate()).map(TemplateSource::text).contains("b");
    }

    @Test
    void refusesSeveralTemplatesWithoutADefault() throws IOException {
        write(
                "tokenizer_config.json",
                "{\"chat_template\": [{\"name\": \"x\", \"template\": \"a\"}]}");

        assertThatThrownBy(config::chatTemplate)
                .isInstanceOf(CheckpointException.class)
                .hasMessage(
                        "tokenizer_config.json: chat_template is a list, expected a string, or a"
                                + " list with one named \"default\"");
    }

    @Test
    void readsTokensAsTextOrObject() throws IOException {
        write(
                "tokenizer_config.json",
                "{\"bos_token\": {\"content\": \"<s>\", \"lstrip\": false}, \"eos_token\": null}");
        write("special_tokens_map.json", "{\"bos_token\": \"other\", \"eos_token\": \"</s>\"}");

        assertThat(config.bosToken()).contains("<s>");
        assertThat(config.eosToken()).contains("</s>");
    }

    @Test
    void aBrokenFileIsNamed() throws IOException {
        write("chat_template.json", "{\"chat_template\": 3}");

        assertThatThrownBy(config::chatTemplate)
                .isInstanceOf(CheckpointException.class)
                .hasMessage("chat_template.json: chat_template is 3, expected a string");
    }
}
