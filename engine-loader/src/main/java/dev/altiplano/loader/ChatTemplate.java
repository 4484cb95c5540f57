package dev.altiplano.loader;

import dev.altiplano.loader.internal.jinja.JinjaTemplate;

import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.time.ZoneId;
import java.util.Map;

/**
 * How a model wants a conversation written: a Jinja template that turns messages into a prompt.
 *
 * <p>Renders as Hugging Face transformers does (jinja2 3.1.6, its immutable sandbox, {@code
 * trim_blocks} and {@code lstrip_blocks} on). A template can read its variables and nothing else,
 * and steps, memory and depth of a rendering are bounded, so templates need not be trusted.
 *
 * <p>Immutable; any number of threads may render at once.
 */
public final class ChatTemplate {
    private final String source;
    private final JinjaTemplate template;

    private ChatTemplate(String source, String name) {
        this.source = source;
        this.template = JinjaTemplate.parse(source, name);
    }

    /**
     * Reads a template.
     *
     * @param source text of the template
     * @param name what messages call the template, usually its file
     * @throws TemplateException if it is not a template
     */
    public static ChatTemplate parse(String source, String name) {
        return new ChatTemplate(source, name);
    }

    /**
     * The Llama 4 format, for checkpoints that bring no template.
     *
     * <p>Takes the variables {@code messages}, {@code bos_token}, {@code add_generation_prompt},
     * {@code tools} and {@code tools_in_user_message}, as the template in transformers does.
     */
    public static ChatTemplate llama4() {
        return Llama4Format.TEMPLATE;
    }

    /**
     * Writes a prompt.
     *
     * @param variables strings, booleans, numbers, null, lists and maps of them, by name; usually
     *     {@code messages}, {@code add_generation_prompt}, {@code bos_token}, {@code tools}; not
     *     changed
     * @throws TemplateException if the template fails or refuses the conversation, with line and
     *     column
     */
    public String render(Map<String, ? extends @Nullable Object> variables) {
        return template.render(variables, Clock.system(ZoneId.systemDefault()));
    }

    /** The text of the template as it was parsed. */
    public String source() {
        return source;
    }
}
