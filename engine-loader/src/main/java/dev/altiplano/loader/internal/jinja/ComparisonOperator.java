package dev.altiplano.loader.internal.jinja;

/** An operator between two values that is true or false, and that can be chained. */
enum ComparisonOperator {
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL,
    IN,
    NOT_IN;

    boolean apply(Comparisons comparisons, Object left, Object right) {
        return switch (this) {
            case EQUAL -> comparisons.equal(left, right);
            case NOT_EQUAL -> !comparisons.equal(left, right);
            case LESS -> comparisons.less(left, right, "<");
            case LESS_OR_EQUAL -> comparisons.lessOrEqual(left, right, "<=");
            case GREATER -> comparisons.less(right, left, ">");
            case GREATER_OR_EQUAL -> comparisons.lessOrEqual(right, left, ">=");
            case IN -> comparisons.contains(right, left);
            case NOT_IN -> !comparisons.contains(right, left);
        };
    }
}
