package dev.altiplano.loader.internal.jinja;

import dev.altiplano.loader.internal.jinja.Expression.Given;
import dev.altiplano.loader.internal.jinja.Token.Kind;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** Reads what may follow a value: attributes, items, slices, calls. */
final class PostfixParser {
    private final TokenStream tokens;
    private final ExpressionParser expressions;

    PostfixParser(TokenStream tokens, ExpressionParser expressions) {
        this.tokens = tokens;
        this.expressions = expressions;
    }

    Expression postfix(Expression start) {
        Expression value = start;
        while (true) {
            Token token = tokens.current();
            if (token.isOperator(".")) {
                tokens.next();
                value = dotted(value, token.at());
            } else if (token.isOperator("[")) {
                tokens.next();
                value = subscript(value, token.at());
            } else if (token.isOperator("(")) {
                value = new Expression.Call(value, given(), token.at());
            } else {
                return value;
            }
        }
    }

    private Expression dotted(Expression object, int at) {
        Token name = tokens.current();
        if (name.kind() == Kind.NAME) {
            tokens.next();
            return new Expression.Attribute(object, name.text(), at);
        }
        if (name.kind() == Kind.INTEGER) {
            tokens.next();
            return new Expression.Item(
                    object, new Expression.Constant(name.value(), name.at()), at);
        }
        throw tokens.error("expected name or number");
    }

    private Expression subscript(Expression object, int at) {
        if (tokens.current().isOperator("]")) {
            tokens.next();
            return new Expression.Item(object, new Expression.TupleOf(List.of(), at), at);
        }
        if (tokens.current().isOperator(":")) {
            return slice(object, null, at);
        }
        Expression key = expressions.expression();
        if (tokens.current().isOperator(":")) {
            return slice(object, key, at);
        }
        if (tokens.current().isOperator(",")) {
            List<Expression> keys = new ArrayList<>(List.of(key));
            while (tokens.skipOperator(",")) {
                keys.add(expressions.expression());
            }
            key = new Expression.TupleOf(keys, at);
        }
        tokens.expectOperator("]");
        return new Expression.Item(object, key, at);
    }

    private Expression slice(Expression object, @Nullable Expression start, int at) {
        tokens.expectOperator(":");
        Expression stop = bound();
        Expression step = tokens.skipOperator(":") ? bound() : null;
        tokens.expectOperator("]");
        return new Expression.Slice(object, start, stop, step, at);
    }

    private @Nullable Expression bound() {
        boolean missing = tokens.current().isOperator(":") || tokens.current().isOperator("]");
        return missing ? null : expressions.expression();
    }

    Given given() {
        int at = tokens.current().at();
        tokens.expectOperator("(");
        GivenReader reader = new GivenReader(tokens, expressions, at);
        boolean first = true;
        while (!tokens.skipOperator(")")) {
            if (!first) {
                tokens.expectOperator(",");
                if (tokens.skipOperator(")")) {
                    break;
                }
            }
            reader.read();
            first = false;
        }
        return reader.given();
    }
}
