package dev.altiplano.loader;

import dev.altiplano.loader.internal.TokenizerConfig;

import org.jspecify.annotations.Nullable;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a folder holds for text: tokenizer, chat template, spelling of special tokens. Needs no
 * weights; each part is read when it is first asked for.
 *
 * <p>May be shared by threads.
 */
public final class TokenizerFolder {
    private final Path folder;
    private final TokenizerConfig config;
    private @Nullable Tokenizer tokenizer;
    private @Nullable ChatTemplate chatTemplate;
    private @Nullable Map<String, String> tokenNames;

    /** Reads nothing yet. */
    public TokenizerFolder(Path folder) {
        this.folder = folder;
        this.config = new TokenizerConfig(folder);
    }

    /**
     * The tokenizer, if there is a {@code tokenizer.json} or a {@code tokenizer.model}.
     *
     * @throws CheckpointException if the file is broken
     */
    public synchronized Optional<Tokenizer> tokenizer() {
        if (tokenizer == null) {
            boolean any =
                    Files.exists(folder.resolve("tokenizer.json"))
                            || Files.exists(folder.resolve("tokenizer.model"));
            tokenizer = any ? Tokenizer.open(folder) : null;
        }
        return Optional.ofNullable(tokenizer);
    }

    /**
     * The chat template of {@code chat_template.jinja}, {@code chat_template.json} or {@code
     * tokenizer_config.json}, the first of them that has one.
     *
     * @throws CheckpointException if the file is broken
     * @throws TemplateException if the template cannot be parsed
     */
    public synchronized Optional<ChatTemplate> chatTemplate() {
        if (chatTemplate == null) {
            chatTemplate =
                    config.chatTemplate()
                            .map(source -> ChatTemplate.parse(source.text(), source.file()))
                            .orElse(null);
        }
        return Optional.ofNullable(chatTemplate);
    }

    /**
     * The special tokens that templates print, by the names they use: {@code bos_token}, {@code
     * eos_token}.
     *
     * @throws CheckpointException if a file is broken
     */
    public synchronized Map<String, String> tokenNames() {
        if (tokenNames == null) {
            Map<String, String> names = new LinkedHashMap<>();
            config.bosToken().ifPresent(token -> names.put("bos_token", token));
            config.eosToken().ifPresent(token -> names.put("eos_token", token));
            tokenNames = Map.copyOf(names);
        }
        return tokenNames;
    }
}
