package dev.altiplano.loader.internal.jinja;

import dev.altiplano.loader.TemplateException;

import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;

/** A parsed template; immutable, so that any number of threads may render it. */
public final class JinjaTemplate {
    private final Source source;
    private final Body body;

    private JinjaTemplate(Source source, Body body) {
        this.source = source;
        this.body = body;
    }

    /**
     * Reads a template.
     *
     * @param text the template
     * @param name what messages call it
     * @throws TemplateException if it is not a template
     */
    public static JinjaTemplate parse(String text, String name) {
        Source source = Source.of(name, text);
        return new JinjaTemplate(source, Parser.parse(source));
    }

    /**
     * Fills the template in.
     *
     * @param variables texts, numbers, booleans, lists, maps and null, by name; never changed
     * @param clock what {@code strftime_now} reads
     * @throws TemplateException if the template fails, refuses the variables, or spends more than
     *     the sandbox allows
     */
    public String render(Map<String, ? extends @Nullable Object> variables, Clock clock) {
        Inputs inputs = new Inputs();
        Map<String, Object> values = new LinkedHashMap<>();
        try {
            variables.forEach((name, value) -> values.put(name, inputs.convert(value)));
        } catch (Fault fault) {
            throw source.error(0, fault.reason());
        }
        Render render = new Render(inputs.budget(), clock);
        Scope scope = Scope.template();
        Globals.addTo(scope, render);
        values.forEach(scope::set);
        return run(new Renderer(render, new Evaluator(render), scope), scope);
    }

    private String run(Renderer renderer, Scope scope) {
        try {
            return renderer.text(body, scope);
        } catch (Fault fault) {
            throw source.error(renderer.evaluator().at(), fault.reason());
        } catch (StackOverflowError e) { // a caller with little stack left; values are unharmed
            throw source.error(renderer.evaluator().at(), "the template needs more stack");
        }
    }
}
