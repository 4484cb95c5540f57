package dev.altiplano.loader.internal.jinja;

import java.util.List;

/** Statements with a scope of their own. */
final class Body {
    private final List<Statement> statements;
    private List<String> hidden = List.of();

    Body(List<Statement> statements) {
        this.statements = statements;
    }

    List<Statement> statements() {
        return statements;
    }

    /** Variables that start as undefined here, whatever lies around the scope. */
    List<String> hidden() {
        return hidden;
    }

    /** Sets {@link #hidden()}, before the template is first rendered. */
    void hide(List<String> names) {
        hidden = names;
    }
}
