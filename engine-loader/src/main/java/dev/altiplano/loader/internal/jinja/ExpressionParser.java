package dev.altiplano.loader.internal.jinja;

import dev.altiplano.loader.internal.jinja.Expression.FilterCall;
import dev.altiplano.loader.internal.jinja.Expression.Given;
import dev.altiplano.loader.internal.jinja.Token.Kind;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads expressions, from the loosest binding to the tightest: conditional, or, and, not,
 * comparison, {@code + -}, {@code ~}, {@code * / // %}, {@code **}, sign, postfix, filter and test.
 *
 * <p>Source: {@code jinja2/parser.py}.
 */
final class ExpressionParser {
    private static final Map<String, BinaryOperator> SUMS =
            Map.of("+", BinaryOperator.ADD, "-", BinaryOperator.SUBTRACT);
    private static final Map<String, BinaryOperator> PRODUCTS =
            Map.of(
                    "*", BinaryOperator.MULTIPLY,
                    "/", BinaryOperator.DIVIDE,
                    "//", BinaryOperator.FLOOR_DIVIDE,
                    "%", BinaryOperator.REMAINDER);
    private static final Map<String, BinaryOperator> POWERS = Map.of("**", BinaryOperator.POWER);
    private static final Map<String, ComparisonOperator> COMPARISONS =
            Map.of(
                    "==", ComparisonOperator.EQUAL,
                    "!=", ComparisonOperator.NOT_EQUAL,
                    "<", ComparisonOperator.LESS,
                    "<=", ComparisonOperator.LESS_OR_EQUAL,
                    ">", ComparisonOperator.GREATER,
                    ">=", ComparisonOperator.GREATER_OR_EQUAL);

    private final TokenStream tokens;
    private final Names names;
    private final PostfixParser postfixes;

    ExpressionParser(TokenStream tokens, Names names) {
        this.tokens = tokens;
        this.names = names;
        this.postfixes = new PostfixParser(tokens, this);
    }

    Expression expression() {
        tokens.enter();
        int unknown = names.unknownCount();
        Expression value = or();
        while (tokens.current().isName("if")) {
            int at = tokens.next().at();
            Expression condition = or();
            Expression otherwise = tokens.skipName("else") ? expression() : null;
            value = new Expression.Conditional(condition, value, otherwise, at);
            names.forgetUnknown(unknown); // looked up when it is reached, if ever
        }
        tokens.leave();
        return value;
    }

    /** An expression that is not conditional itself, as {@code in} and {@code if} want. */
    Expression unconditional() {
        tokens.enter();
        Expression value = or();
        tokens.leave();
        return value;
    }

    private Expression or() {
        Expression left = and();
        while (tokens.current().isName("or")) {
            int at = tokens.next().at();
            left = new Expression.Or(left, and(), at);
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (tokens.current().isName("and")) {
            int at = tokens.next().at();
            left = new Expression.And(left, not(), at);
        }
        return left;
    }

    private Expression not() {
        if (!tokens.current().isName("not")) {
            return comparison();
        }
        tokens.enter();
        int at = tokens.next().at();
        Expression operand = not();
        tokens.leave();
        return new Expression.Not(operand, at);
    }

    private Expression comparison() {
        Expression first = sum();
        int at = tokens.current().at();
        List<ComparisonOperator> operators = new ArrayList<>();
        List<Expression> rest = new ArrayList<>();
        for (ComparisonOperator operator = comparisonOperator();
                operator != null;
                operator = comparisonOperator()) {
            operators.add(operator);
            rest.add(sum());
        }
        return rest.isEmpty() ? first : new Expression.Comparison(first, operators, rest, at);
    }

    private @Nullable ComparisonOperator comparisonOperator() {
        Token token = tokens.current();
        ComparisonOperator operator =
                token.kind() == Kind.OPERATOR ? COMPARISONS.get(token.text()) : null;
        if (token.isName("in")) {
            operator = ComparisonOperator.IN;
        } else if (token.isName("not") && tokens.look().isName("in")) {
            operator = ComparisonOperator.NOT_IN;
            tokens.next();
        }
        if (operator != null) {
            tokens.next();
        }
        return operator;
    }

    /** How the operands between operators are read. */
    private interface Operand {
        Expression read();
    }

    private Expression binary(Map<String, BinaryOperator> operators, Operand operand) {
        Expression left = operand.read();
        while (true) {
            Token token = tokens.current();
            BinaryOperator operator =
                    token.kind() == Kind.OPERATOR ? operators.get(token.text()) : null;
            if (operator == null) {
                return left;
            }
            tokens.next();
            left = new Expression.Binary(operator, left, operand.read(), token.at());
        }
    }

    private Expression sum() {
        return binary(SUMS, this::concatenation);
    }

    private Expression concatenation() {
        Expression first = product();
        if (!tokens.current().isOperator("~")) {
            return first;
        }
        List<Expression> parts = new ArrayList<>(List.of(first));
        int at = tokens.current().at();
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return new Expression.Concatenation(parts, at);
    }

    private Expression product() {
        return binary(PRODUCTS, this::power);
    }

    private Expression power() {
        return binary(POWERS, () -> unary(true));
    }

    private Expression unary(boolean withFilter) {
        tokens.enter();
        Token token = tokens.current();
        boolean negative = token.isOperator("-");
        Expression value;
        if (negative || token.isOperator("+")) {
            tokens.next();
            value = new Expression.Signed(negative, unary(false), token.at());
        } else {
            value = primary();
        }
        value = postfixes.postfix(value);
        tokens.leave();
        return withFilter ? filters(value) : value;
    }

    Expression primary() {
        Token token = tokens.current();
        return switch (token.kind()) {
            case NAME -> name(tokens.next());
            case STRING -> strings();
            case INTEGER, FLOAT -> new Expression.Constant(tokens.next().value(), token.at());
            default -> bracketed(token);
        };
    }

    private Expression name(Token token) {
        return switch (token.text()) {
            case "true", "True" -> new Expression.Constant(true, token.at());
            case "false", "False" -> new Expression.Constant(false, token.at());
            case "none", "None" -> new Expression.Constant(None.NONE, token.at());
            default -> {
                names.load(token.text());
                yield new Expression.Name(token.text(), token.at());
            }
        };
    }

    private Expression strings() {
        int at = tokens.current().at();
        StringBuilder text = new StringBuilder();
        while (tokens.at(Kind.STRING)) {
            text.append(tokens.next().text());
        }
        return new Expression.Constant(text.toString(), at);
    }

    private Expression bracketed(Token token) {
        if (tokens.skipOperator("(")) {
            Expression value = tuple(true, true, "");
            tokens.expectOperator(")");
            return value;
        }
        if (tokens.skipOperator("[")) {
            List<Expression> items = new ArrayList<>();
            while (listGoesOn("]", items.size())) {
                items.add(expression());
            }
            return new Expression.ListOf(items, token.at());
        }
        if (tokens.skipOperator("{")) {
            List<Expression> keys = new ArrayList<>();
            List<Expression> values = new ArrayList<>();
            while (listGoesOn("}", keys.size())) {
                keys.add(expression());
                tokens.expectOperator(":");
                values.add(expression());
            }
            return new Expression.DictOf(keys, values, token.at());
        }
        throw tokens.error("unexpected '%s'", token.describe());
    }

    private boolean listGoesOn(String close, int size) {
        if (tokens.skipOperator(close)) {
            return false;
        }
        if (size > 0) {
            tokens.expectOperator(",");
            return !tokens.skipOperator(close);
        }
        return true;
    }

    /**
     * One expression, or a tuple where a comma follows.
     *
     * @param parenthesised whether the tuple may be empty
     * @param end name that ends a tuple, besides closing brackets and the end of the tag
     */
    Expression tuple(boolean conditional, boolean parenthesised, String end) {
        int at = tokens.current().at();
        List<Expression> items = new ArrayList<>();
        boolean several = false;
        while (!tupleEnds(end)) {
            items.add(conditional ? expression() : unconditional());
            if (!tokens.skipOperator(",")) {
                break;
            }
            several = true;
        }
        if (!several && items.size() == 1) {
            return items.getFirst();
        }
        if (!several && !parenthesised) {
            throw tokens.error("Expected an expression, got '%s'", tokens.current().describe());
        }
        return new Expression.TupleOf(items, at);
    }

    private boolean tupleEnds(String end) {
        return tokens.at(Kind.VARIABLE_END)
                || tokens.at(Kind.BLOCK_END)
                || tokens.current().isOperator(")")
                || (!end.isEmpty() && tokens.current().isName(end));
    }

    private Expression filters(Expression start) {
        Expression value = start;
        while (true) {
            Token token = tokens.current();
            if (token.isOperator("|")) {
                tokens.next();
                value = new Expression.Filtered(value, filter());
            } else if (token.isName("is")) {
                tokens.next();
                value = test(value, token.at());
            } else if (token.isOperator("(")) {
                value = new Expression.Call(value, postfixes.given(), token.at());
            } else {
                return value;
            }
        }
    }

    /** A filter behind its {@code |}. */
    FilterCall filter() {
        int at = tokens.current().at();
        String name = dottedName();
        if (BuiltinFilters.find(name) == null) {
            names.unknown(at, "No filter named '%s'.".formatted(name));
        }
        Given given = tokens.current().isOperator("(") ? postfixes.given() : Given.NOTHING;
        return new FilterCall(name, given, at);
    }

    private String dottedName() {
        StringBuilder name = new StringBuilder(tokens.expect(Kind.NAME).text());
        while (tokens.skipOperator(".")) {
            name.append('.').append(tokens.expect(Kind.NAME).text());
        }
        return name.toString();
    }

    private Expression test(Expression input, int at) {
        boolean negated = tokens.skipName("not");
        String name = dottedName();
        if (BuiltinTests.find(name) == null) {
            names.unknown(at, "No test named '%s'.".formatted(name));
        }
        Given given = Given.NOTHING;
        if (tokens.current().isOperator("(")) {
            given = postfixes.given();
        } else if (startsOperand(tokens.current())) {
            if (tokens.current().isName("is")) {
                throw tokens.error("You cannot chain multiple tests with is");
            }
            Expression operand = postfixes.postfix(primary());
            given = new Given(List.of(operand), List.of(), List.of(), null, null);
        }
        Expression tested = new Expression.Tested(input, name, given, at);
        return negated ? new Expression.Not(tested, at) : tested;
    }

    private static boolean startsOperand(Token token) {
        return switch (token.kind()) {
            case NAME -> !token.isName("else") && !token.isName("or") && !token.isName("and");
            case STRING, INTEGER, FLOAT -> true;
            default -> token.isOperator("[") || token.isOperator("{");
        };
    }
}
