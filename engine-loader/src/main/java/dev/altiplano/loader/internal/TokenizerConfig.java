package dev.altiplano.loader.internal;

import dev.altiplano.loader.CheckpointException;

import java.nio.file.Path;
import java.util.Optional;

/** What lies around a tokenizer: the chat template's text and the spelling of special tokens. */
public final class TokenizerConfig {
    private static final int LARGEST_TEMPLATE = 1 << 20;
    private static final String TEMPLATE = "chat_template";

    private final Path folder;

    /** Nothing is read before it is asked for. */
    public TokenizerConfig(Path folder) {
        this.folder = folder;
    }

    /**
     * A chat template before it is parsed.
     *
     * @param file where it stands, for messages
     */
    public record TemplateSource(String text, String file) {}

    /**
     * The template of {@code chat_template.jinja}, else {@code chat_template.json}, else {@code
     * tokenizer_config.json}.
     *
     * @throws CheckpointException if the first of these files that exists is broken
     */
    public Optional<TemplateSource> chatTemplate() {
        Path jinja = folder.resolve("chat_template.jinja");
        if (SmallFile.exists(jinja)) {
            return Optional.of(
                    new TemplateSource(
                            SmallFile.readText(jinja, LARGEST_TEMPLATE), SmallFile.name(jinja)));
        }
        return templateIn("chat_template.json").or(() -> templateIn("tokenizer_config.json"));
    }

    private Optional<TemplateSource> templateIn(String file) {
        return fields(file)
                .flatMap(fields ->
                        fields.isArray(TEMPLATE) ? defaultOf(fields) : fields.text(TEMPLATE))
                .map(text -> new TemplateSource(text, file));
    }

    /** Several templates under names: the one that is meant when nobody asks for another. */
    private static Optional<String> defaultOf(Fields fields) {
        for (Fields named : fields.objects(TEMPLATE).orElseThrow()) {
            if (named.text("name").orElse("").equals("default")) {
                return named.text("template");
            }
        }
        throw fields.wrong(TEMPLATE, "a string, or a list with one named \"default\"");
    }

    /** The text of the token that begins a text, {@code bos_token}. */
    public Optional<String> bosToken() {
        return token("bos_token");
    }

    /** The text of the token that ends a turn, {@code eos_token}. */
    public Optional<String> eosToken() {
        return token("eos_token");
    }

    private Optional<String> token(String name) {
        return tokenIn("tokenizer_config.json", name)
                .or(() -> tokenIn("special_tokens_map.json", name));
    }

    /** A token is written as its text, or as an object whose {@code content} is its text. */
    private Optional<String> tokenIn(String file, String name) {
        return fields(file)
                .flatMap(fields ->
                        fields.isObject(name)
                                ? fields.object(name).flatMap(token -> token.text("content"))
                                : fields.text(name));
    }

    private Optional<Fields> fields(String file) {
        Path path = folder.resolve(file);
        return SmallFile.exists(path) ? Optional.of(Fields.read(path)) : Optional.empty();
    }
}
