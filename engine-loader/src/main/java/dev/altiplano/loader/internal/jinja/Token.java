package dev.altiplano.loader.internal.jinja;

/**
 * One word of a template.
 *
 * @param text text outside tags, name, operator, or text of a string literal
 * @param value value of a number or string literal, else the text
 * @param at offset in the source
 */
record Token(Kind kind, String text, Object value, int at) {
    enum Kind {
        DATA("template data / text"),
        BLOCK_BEGIN("begin of statement block"),
        BLOCK_END("end of statement block"),
        VARIABLE_BEGIN("begin of print statement"),
        VARIABLE_END("end of print statement"),
        NAME("name"),
        STRING("string"),
        INTEGER("integer"),
        FLOAT("float"),
        OPERATOR("operator"),
        END("end of template");

        final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }

    boolean isOperator(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
    }

    /** What a message calls this token. */
    String describe() {
        return kind == Kind.NAME || kind == Kind.OPERATOR ? text : kind.words;
    }
}
