package dev.altiplano.loader.internal.jinja;

import dev.altiplano.loader.internal.jinja.Expression.Given;
import dev.altiplano.loader.internal.jinja.Token.Kind;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** Collects the arguments of one call while they are read, and sees to their order. */
final class GivenReader {
    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private final int at;
    private final List<Expression> positional = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<Expression> named = new ArrayList<>();
    private @Nullable Expression star;
    private @Nullable Expression doubleStar;

    GivenReader(TokenStream tokens, ExpressionParser expressions, int at) {
        this.tokens = tokens;
        this.expressions = expressions;
        this.at = at;
    }

    /** Reads one argument. */
    void read() {
        if (tokens.skipOperator("*")) {
            ensure(star == null && doubleStar == null);
            star = expressions.expression();
        } else if (tokens.skipOperator("**")) {
            ensure(doubleStar == null);
            doubleStar = expressions.expression();
        } else if (tokens.at(Kind.NAME) && tokens.look().isOperator("=")) {
            String name = tokens.next().text();
            tokens.next();
            ensure(doubleStar == null && !names.contains(name));
            names.add(name);
            named.add(expressions.expression());
        } else {
            ensure(star == null && doubleStar == null && named.isEmpty());
            positional.add(expressions.expression());
        }
    }

    private void ensure(boolean valid) {
        if (!valid) {
            throw tokens.errorAt(at, "invalid syntax for function call expression");
        }
    }

    Given given() {
        return new Given(positional, names, named, star, doubleStar);
    }
}
