package dev.altiplano.loader.internal.jinja;

import dev.altiplano.loader.internal.jinja.Token.Kind;

import java.util.ArrayList;
import java.util.List;

/** Reads what values are assigned to: variables, tuples of them, attributes, parameters. */
final class Targets {
    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private final Names names;
    private int loops;

    /** The parameters of a macro; the defaults belong to the last ones. */
    record Signature(List<String> parameters, List<Expression> defaults) {}

    Targets(TokenStream tokens, ExpressionParser expressions, Names names) {
        this.tokens = tokens;
        this.expressions = expressions;
        this.names = names;
    }

    void enterLoop() {
        loops++;
    }

    void leaveLoop() {
        loops--;
    }

    /**
     * One target, or several separated by commas.
     *
     * @param end name that ends them, besides the end of the tag
     * @param attributes whether {@code namespace.name} is one
     */
    Target tuple(String end, boolean attributes) {
        int at = tokens.current().at();
        List<Target> targets = new ArrayList<>();
        boolean several = false;
        while (!ends(end)) {
            targets.add(single(attributes));
            if (!tokens.skipOperator(",")) {
                break;
            }
            several = true;
        }
        if (!several && targets.isEmpty()) {
            throw tokens.error("Expected an expression, got '%s'", tokens.current().describe());
        }
        return several ? new Target.Unpacked(targets, at) : targets.getFirst();
    }

    private boolean ends(String end) {
        return tokens.at(Kind.VARIABLE_END)
                || tokens.at(Kind.BLOCK_END)
                || tokens.current().isOperator(")")
                || (!end.isEmpty() && tokens.current().isName(end));
    }

    private Target single(boolean attributes) {
        Token token = tokens.current();
        if (tokens.skipOperator("(")) {
            tokens.enter();
            Target target =
                    tokens.current().isOperator(")")
                            ? new Target.Unpacked(List.of(), token.at())
                            : tuple("", false);
            tokens.leave();
            tokens.expectOperator(")");
            return target;
        }
        if (token.kind() != Kind.NAME) {
            throw tokens.error("can't assign to '%s'", token.describe());
        }
        String name = assignable();
        if (attributes && tokens.skipOperator(".")) {
            String attribute = tokens.expect(Kind.NAME).text();
            names.load(name);
            return new Target.NamespaceAttribute(name, attribute, token.at());
        }
        if (loops > 0 && name.equals("loop")) {
            throw tokens.errorAt(
                    token.at(), "Can't assign to special loop variable in for-loop target");
        }
        names.store(name);
        return new Target.Variable(name, token.at());
    }

    private String assignable() {
        Token token = tokens.expect(Kind.NAME);
        return switch (token.text()) {
            case "true", "false", "none", "True", "False", "None" ->
                    throw tokens.errorAt(token.at(), "can't assign to 'const'");
            default -> token.text();
        };
    }

    /** A target of {@code with}, which hides the variables around it. */
    Target parameter() {
        int outside = loops;
        loops = 0;
        Target target = tuple("", false);
        loops = outside;
        return target;
    }

    String name() {
        Token token = tokens.current();
        String name = assignable();
        if (loops > 0 && name.equals("loop")) {
            throw tokens.errorAt(token.at(), "Can't assign to special loop variable");
        }
        names.store(name);
        return name;
    }

    /** The parameters of a macro in parentheses. */
    Signature signature() {
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        tokens.expectOperator("(");
        while (!tokens.skipOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            Token token = tokens.current();
            String name = assignable();
            if (parameters.contains(name)) {
                throw tokens.errorAt(token.at(), "duplicate argument '%s'".formatted(name));
            }
            names.store(name);
            parameters.add(name);
            if (tokens.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw tokens.errorAt(token.at(), "non-default argument follows default argument");
            }
        }
        return new Signature(parameters, defaults);
    }
}
