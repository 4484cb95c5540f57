package dev.altiplano.loader.internal.jinja;

import dev.altiplano.loader.internal.jinja.Expression.FilterCall;

import java.util.List;

/** A parsed piece of a template. */
sealed interface Statement {
    record Data(String text) implements Statement {}

    record Print(Expression value) implements Statement {}

    /** The first branch whose condition is true, else the last body. */
    record If(List<Branch> branches, List<Statement> otherwise) implements Statement {}

    record Branch(Expression condition, List<Statement> body) {}

    record For(LoopHead head, Body body, Body otherwise) implements Statement {}

    record Set(Target target, Expression value) implements Statement {}

    record SetBlock(Target target, List<FilterCall> filters, Body body, int at)
            implements Statement {}

    record With(List<Target> targets, List<Expression> values, Body body) implements Statement {}

    record FilterBlock(List<FilterCall> filters, Body body) implements Statement {}

    record DefineMacro(MacroDefinition definition) implements Statement {}

    record CallBlock(MacroDefinition caller, Expression.Call call) implements Statement {}

    /** {@code block}, which cannot be overridden here, or {@code generation}. */
    record Section(SectionScope scope, Body body) implements Statement {}

    record Break() implements Statement {}

    record Continue() implements Statement {}

    /** A tag that needs other templates; it fails when it is reached. */
    record Unavailable(String tag, int at) implements Statement {}

    /** Which variables a section sees. */
    enum SectionScope {
        /** Those around it. */
        INNER,
        /** Those of the template outside any loop. */
        TEMPLATE
    }
}
