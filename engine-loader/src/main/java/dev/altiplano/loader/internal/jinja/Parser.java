package dev.altiplano.loader.internal.jinja;

import dev.altiplano.loader.TemplateException;
import dev.altiplano.loader.internal.jinja.Expression.FilterCall;
import dev.altiplano.loader.internal.jinja.Names.Unknown;
import dev.altiplano.loader.internal.jinja.Statement.Branch;
import dev.altiplano.loader.internal.jinja.Statement.SectionScope;
import dev.altiplano.loader.internal.jinja.Token.Kind;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads the statements of a template.
 *
 * <p>Source: {@code jinja2/parser.py}, and what {@code jinja2/compiler.py} refuses.
 */
final class Parser {
    private final TokenStream tokens;
    private final Names names;
    private final ExpressionParser expressions;
    private final Targets targets;
    private final Deque<String> openTags = new ArrayDeque<>();
    private final Set<String> blocks = new HashSet<>();
    private int breakable; // loops around this place in the same macro

    private Parser(Source source) {
        this.tokens = new TokenStream(source);
        this.names = new Names(source);
        this.expressions = new ExpressionParser(tokens, names);
        this.targets = new Targets(tokens, expressions, names);
    }

    /** The statements of a template, its scopes resolved. */
    static Body parse(Source source) {
        Parser parser = new Parser(source);
        Body template = parser.scope(() -> parser.body(Set.of()));
        Scopes.resolve(template);
        return template;
    }

    /** How a part of a template is read. */
    private interface Part<T> {
        T read();
    }

    private <T> T strict(Part<T> part) {
        List<Unknown> outer = names.beginStrict();
        T result = part.read();
        names.endStrict(outer);
        return result;
    }

    private Body scope(Part<List<Statement>> part) {
        return new Body(strict(part));
    }

    /** Statements up to a tag of one of these names, whose name becomes the current token. */
    private List<Statement> body(Set<String> ends) {
        tokens.enter();
        List<Statement> body = new ArrayList<>();
        while (true) {
            Token token = tokens.next();
            switch (token.kind()) {
                case DATA -> body.add(new Statement.Data(token.text()));
                case VARIABLE_BEGIN -> {
                    body.add(new Statement.Print(expressions.tuple(true, false, "")));
                    tokens.expect(Kind.VARIABLE_END);
                }
                case END -> {
                    if (!ends.isEmpty()) {
                        throw lost("Unexpected end of template.", ends);
                    }
                    tokens.leave();
                    return body;
                }
                default -> {
                    if (tokens.at(Kind.NAME) && ends.contains(tokens.current().text())) {
                        tokens.leave();
                        return body;
                    }
                    statement(body, ends);
                    tokens.expect(Kind.BLOCK_END);
                }
            }
        }
    }

    private TemplateException lost(String what, Set<String> ends) {
        StringBuilder message = new StringBuilder(what);
        if (!ends.isEmpty()) {
            String wanted = String.join("' or '", ends.stream().sorted().toList());
            message.append(" Jinja was looking for the following tags: '%s'.".formatted(wanted));
        }
        if (!openTags.isEmpty()) {
            message.append(
                    " The innermost block that needs to be closed is '%s'."
                            .formatted(openTags.peek()));
        }
        return tokens.errorAt(tokens.current().at(), message.toString());
    }

    /** The body of a tag whose own end has not been read yet. */
    private List<Statement> tagBody(String... ends) {
        tokens.skipOperator(":");
        tokens.expect(Kind.BLOCK_END);
        return body(Set.of(ends));
    }

    /** As {@link #tagBody}, and reads the name of the closing tag. */
    private List<Statement> closedBody(String end) {
        List<Statement> body = tagBody(end);
        tokens.expectName(end);
        return body;
    }

    private void statement(List<Statement> body, Set<String> ends) {
        if (!tokens.at(Kind.NAME)) {
            throw tokens.error("tag name expected");
        }
        Token tag = tokens.current();
        switch (tag.text()) {
            case "print" -> print(body);
            case "break", "continue" -> body.add(jump(tokens.next()));
            default -> {
                if (!isTag(tag.text())) {
                    throw lost("Encountered unknown tag '%s'.".formatted(tag.text()), ends);
                }
                tokens.next();
                openTags.push(tag.text());
                body.add(statement(tag));
                openTags.pop();
            }
        }
    }

    private static boolean isTag(String name) {
        return switch (name) {
            case "if", "for", "set", "with", "macro", "call", "filter", "block", "generation" ->
                    true;
            case "autoescape", "include", "import", "from", "extends" -> true;
            default -> false;
        };
    }

    private Statement statement(Token tag) {
        return switch (tag.text()) {
            case "if" -> conditional();
            case "for" -> loop(tag);
            case "set" -> assignment(tag);
            case "with" -> with();
            case "macro" -> macro(tag);
            case "call" -> callBlock(tag);
            case "filter" -> filterBlock();
            case "block" -> block();
            case "generation" ->
                    new Statement.Section(SectionScope.INNER, scope(() -> apart("endgeneration")));
            case "autoescape" -> autoescape(tag);
            default -> unavailable(tag);
        };
    }

    private void print(List<Statement> body) {
        tokens.next();
        boolean first = true;
        while (!tokens.at(Kind.BLOCK_END)) {
            if (!first) {
                tokens.expectOperator(",");
            }
            body.add(new Statement.Print(expressions.expression()));
            first = false;
        }
    }

    private Statement jump(Token tag) {
        if (breakable == 0) {
            throw tokens.errorAt(tag.at(), "'%s' outside loop".formatted(tag.text()));
        }
        return tag.isName("break") ? new Statement.Break() : new Statement.Continue();
    }

    private Statement conditional() {
        int unknown = names.unknownCount();
        List<Branch> branches = new ArrayList<>();
        List<Statement> otherwise = List.of();
        while (true) {
            Expression condition = expressions.tuple(false, false, "");
            branches.add(new Branch(condition, tagBody("elif", "else", "endif")));
            Token end = tokens.next();
            if (end.isName("else")) {
                otherwise = closedBody("endif");
            }
            if (!end.isName("elif")) {
                names.forgetUnknown(unknown); // looked up when they are reached, if ever
                return new Statement.If(branches, otherwise);
            }
        }
    }

    private Statement loop(Token tag) {
        targets.enterLoop();
        Target target = targets.tuple("in", false);
        tokens.expectName("in");
        Expression iterable = expressions.tuple(false, false, "recursive");
        Expression condition =
                tokens.skipName("if") ? strict(() -> expressions.expression()) : null;
        boolean recursive = tokens.skipName("recursive");
        breakable++;
        Body body = scope(() -> tagBody("endfor", "else"));
        breakable--;
        Body otherwise =
                tokens.next().isName("else")
                        ? scope(() -> closedBody("endfor"))
                        : new Body(List.of());
        targets.leaveLoop();
        LoopHead head = new LoopHead(target, iterable, condition, recursive, tag.at());
        return new Statement.For(head, body, otherwise);
    }

    private Statement assignment(Token tag) {
        Target target = targets.tuple("", true);
        if (tokens.skipOperator("=")) {
            return new Statement.Set(target, expressions.tuple(true, false, ""));
        }
        return strict(() -> {
            List<FilterCall> filters = new ArrayList<>();
            while (tokens.skipOperator("|")) {
                filters.add(expressions.filter());
            }
            Body body = new Body(closedBody("endset"));
            return new Statement.SetBlock(target, filters, body, tag.at());
        });
    }

    private Statement with() {
        List<Target> assigned = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.at(Kind.BLOCK_END)) {
            if (!assigned.isEmpty()) {
                tokens.expectOperator(",");
            }
            assigned.add(targets.parameter());
            tokens.expectOperator("=");
            values.add(expressions.expression());
        }
        return new Statement.With(assigned, values, scope(() -> closedBody("endwith")));
    }

    private Statement macro(Token tag) {
        String name = targets.name();
        return new Statement.DefineMacro(definition(name, tag, "endmacro"));
    }

    private MacroDefinition definition(String name, Token tag, String end) {
        Targets.Signature signature = targets.signature();
        return definition(name, signature, tag, end);
    }

    private MacroDefinition definition(
            String name, Targets.Signature signature, Token tag, String end) {
        names.beginMacro();
        Body body = scope(() -> apart(end));
        Set<String> specials = names.endMacro();
        int required = signature.parameters().size() - signature.defaults().size();
        int caller = signature.parameters().indexOf("caller");
        if (specials.contains("caller") && caller >= 0 && caller < required) {
            throw tokens.errorAt(
                    tag.at(),
                    "When defining macros or call blocks the special \"caller\" argument must be"
                            + " omitted or be given a default.");
        }
        return new MacroDefinition(
                name, signature.parameters(), signature.defaults(), specials, body, tag.at());
    }

    /** A body that becomes a function of its own, so that no loop around it can be left. */
    private List<Statement> apart(String end) {
        int outside = breakable;
        breakable = 0;
        List<Statement> body = closedBody(end);
        breakable = outside;
        return body;
    }

    private Statement callBlock(Token tag) {
        Targets.Signature signature =
                tokens.current().isOperator("(")
                        ? targets.signature()
                        : new Targets.Signature(List.of(), List.of());
        if (!(expressions.expression() instanceof Expression.Call call)) {
            throw tokens.errorAt(tag.at(), "expected call");
        }
        return new Statement.CallBlock(definition("caller", signature, tag, "endcall"), call);
    }

    private Statement filterBlock() {
        return strict(() -> {
            List<FilterCall> filters = new ArrayList<>();
            do {
                filters.add(expressions.filter());
            } while (tokens.skipOperator("|"));
            return new Statement.FilterBlock(filters, new Body(closedBody("endfilter")));
        });
    }

    private Statement block() {
        Token name = tokens.expect(Kind.NAME);
        if (!blocks.add(name.text())) {
            throw tokens.errorAt(name.at(), "block '%s' defined twice".formatted(name.text()));
        }
        boolean scoped = tokens.skipName("scoped");
        tokens.skipName("required");
        Body body = scope(() -> apart("endblock"));
        tokens.skipName(name.text());
        return new Statement.Section(scoped ? SectionScope.INNER : SectionScope.TEMPLATE, body);
    }

    private Statement autoescape(Token tag) {
        Expression on = expressions.expression();
        Body body = new Body(closedBody("endautoescape"));
        boolean off = on instanceof Expression.Constant(Object value, int _) && value.equals(false);
        return off
                ? new Statement.Section(SectionScope.INNER, body)
                : new Statement.Unavailable(tag.text(), tag.at());
    }

    /** A tag that needs other templates: it is read loosely, for it can only fail. */
    private Statement unavailable(Token tag) {
        while (!tokens.at(Kind.BLOCK_END) && !tokens.at(Kind.END)) {
            tokens.next();
        }
        return new Statement.Unavailable(tag.text(), tag.at());
    }
}
