package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A macro, or what a call block hands over as {@code caller}: prints its body into a text. */
final class Macro implements Function {
    private final MacroDefinition definition;
    private final Scope scope;
    private final Renderer renderer;

    Macro(MacroDefinition definition, Scope scope, Renderer renderer) {
        renderer.render().budget().objects(8); // its scope stays with it
        this.definition = definition;
        this.scope = scope;
        this.renderer = renderer;
    }

    String name() {
        return definition.name();
    }

    @Nullable Object attribute(String name) {
        return switch (name) {
            case "name" -> name();
            case "arguments" -> new Tuple(List.copyOf(definition.parameters()));
            case "catch_kwargs" -> definition.specials().contains("kwargs");
            case "catch_varargs" -> definition.specials().contains("varargs");
            case "caller" -> definition.specials().contains("caller");
            default -> null;
        };
    }

    @Override
    public Object call(Arguments arguments) {
        Scope inner = scope.inner();
        Map<String, Object> named = new LinkedHashMap<>(arguments.named());
        List<Object> positional = arguments.positional();
        List<String> parameters = definition.parameters();
        for (String parameter : parameters) { // no default sees a variable of that name outside
            inner.set(parameter, Undefined.name(parameter));
        }
        for (int i = 0; i < parameters.size(); i++) {
            String parameter = parameters.get(i);
            Object value = i < positional.size() ? positional.get(i) : named.remove(parameter);
            inner.set(parameter, value == null ? defaultOf(i, inner) : value);
        }
        specials(positional, named, inner);
        return renderer.text(definition.body(), inner);
    }

    private Object defaultOf(int parameter, Scope inner) {
        List<Expression> defaults = definition.defaults();
        int index = parameter - (definition.parameters().size() - defaults.size());
        if (index < 0) {
            String name = definition.parameters().get(parameter);
            return Undefined.because("parameter '%s' was not provided".formatted(name));
        }
        return renderer.evaluator().evaluate(defaults.get(index), inner);
    }

    private void specials(List<Object> positional, Map<String, Object> named, Scope inner) {
        List<String> parameters = definition.parameters();
        if (uses("caller")) {
            Object caller = named.remove("caller");
            inner.set("caller", caller == null ? Undefined.because("No caller defined") : caller);
        }
        if (uses("kwargs")) {
            Dict kwargs = new Dict();
            named.forEach(kwargs::put);
            inner.set("kwargs", kwargs);
        } else if (!named.isEmpty()) {
            String first = named.keySet().iterator().next();
            throw new Fault("macro '%s' takes no keyword argument '%s'", name(), first);
        }
        int extra = Math.min(parameters.size(), positional.size());
        if (uses("varargs")) {
            inner.set("varargs", new Tuple(positional.subList(extra, positional.size())));
        } else if (positional.size() > parameters.size()) {
            throw new Fault(
                    "macro '%s' takes not more than %d argument(s)", name(), parameters.size());
        }
    }

    private boolean uses(String special) {
        return definition.specials().contains(special)
                && !definition.parameters().contains(special);
    }
}
