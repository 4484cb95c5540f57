package dev.altiplano.loader.internal.jinja;

/** An operator between two values that makes a new one. */
enum BinaryOperator {
    ADD("+"),
    SUBTRACT("-"),
    MULTIPLY("*"),
    DIVIDE("/"),
    FLOOR_DIVIDE("//"),
    REMAINDER("%"),
    POWER("**");

    final String symbol;

    BinaryOperator(String symbol) {
        this.symbol = symbol;
    }
}
