package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.util.List;

/** A parsed expression; {@code at} is its offset in the source. */
sealed interface Expression {
    int at();

    record Constant(Object value, int at) implements Expression {}

    record Name(String name, int at) implements Expression {}

    record ListOf(List<Expression> items, int at) implements Expression {}

    record TupleOf(List<Expression> items, int at) implements Expression {}

    record DictOf(List<Expression> keys, List<Expression> values, int at) implements Expression {}

    record Not(Expression operand, int at) implements Expression {}

    record Signed(boolean negative, Expression operand, int at) implements Expression {}

    record Binary(BinaryOperator operator, Expression left, Expression right, int at)
            implements Expression {}

    record And(Expression left, Expression right, int at) implements Expression {}

    record Or(Expression left, Expression right, int at) implements Expression {}

    /** {@code first < rest[0] <= rest[1]}: one operator for each of the rest. */
    record Comparison(
            Expression first, List<ComparisonOperator> operators, List<Expression> rest, int at)
            implements Expression {}

    /** {@code a ~ b ~ c}. */
    record Concatenation(List<Expression> parts, int at) implements Expression {}

    record Conditional(
            Expression condition, Expression then, @Nullable Expression otherwise, int at)
            implements Expression {}

    record Attribute(Expression object, String name, int at) implements Expression {}

    record Item(Expression object, Expression key, int at) implements Expression {}

    record Slice(
            Expression object,
            @Nullable Expression start,
            @Nullable Expression stop,
            @Nullable Expression step,
            int at)
            implements Expression {}

    record Call(Expression callee, Given given, int at) implements Expression {}

    record Filtered(Expression input, FilterCall filter) implements Expression {
        @Override
        public int at() {
            return filter.at();
        }
    }

    record Tested(Expression input, String test, Given given, int at) implements Expression {}

    /** One filter with its arguments, without the value that goes in. */
    record FilterCall(String name, Given given, int at) {}

    /**
     * The arguments written in a call.
     *
     * @param names names of the values in {@code named}
     * @param star what stands behind {@code *}
     * @param doubleStar what stands behind {@code **}
     */
    record Given(
            List<Expression> positional,
            List<String> names,
            List<Expression> named,
            @Nullable Expression star,
            @Nullable Expression doubleStar) {
        static final Given NOTHING = new Given(List.of(), List.of(), List.of(), null, null);

        boolean isEmpty() {
            return positional.isEmpty() && names.isEmpty() && star == null && doubleStar == null;
        }
    }
}
