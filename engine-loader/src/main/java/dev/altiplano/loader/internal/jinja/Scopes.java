package dev.altiplano.loader.internal.jinja;

import dev.altiplano.loader.internal.jinja.Expression.FilterCall;
import dev.altiplano.loader.internal.jinja.Expression.Given;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Finds out which names each scope of a template hides; see {@link Symbols}. */
final class Scopes {
    private Scopes() {}

    /** Tells each body of a template what it hides. */
    static void resolve(Body template) {
        resolve(template, Symbols.template());
    }

    /**
     * Resolves one scope, then those in it.
     *
     * @param symbols what the scope knows from its beginning, its parameters
     */
    private static void resolve(Body body, Symbols symbols) {
        body.statements().forEach(statement -> collect(statement, symbols, false));
        body.hide(symbols.hidden());
        body.statements().forEach(statement -> descend(statement, symbols));
    }

    private static void collect(Statement statement, Symbols symbols, boolean inBranch) {
        switch (statement) {
            case Statement.Print print -> load(print.value(), symbols);
            case Statement.If branching -> {
                for (Statement.Branch branch : branching.branches()) {
                    load(branch.condition(), symbols);
                    branch.body().forEach(each -> collect(each, symbols, true));
                }
                branching.otherwise().forEach(each -> collect(each, symbols, true));
            }
            case Statement.For loop -> load(loop.head().iterable(), symbols);
            case Statement.Set set -> {
                load(set.value(), symbols);
                store(set.target(), symbols, inBranch);
            }
            case Statement.SetBlock set -> store(set.target(), symbols, inBranch);
            case Statement.With with -> with.values().forEach(value -> load(value, symbols));
            case Statement.FilterBlock block -> load(block.filters(), symbols);
            case Statement.DefineMacro macro -> symbols.store(macro.definition().name(), inBranch);
            case Statement.CallBlock block -> load(block.call(), symbols);
            case Statement.Data _,
                    Statement.Section _,
                    Statement.Break _,
                    Statement.Continue _,
                    Statement.Unavailable _ -> {}
        }
    }

    private static void descend(Statement statement, Symbols symbols) {
        switch (statement) {
            case Statement.If branching -> {
                branching
                        .branches()
                        .forEach(branch -> branch.body().forEach(each -> descend(each, symbols)));
                branching.otherwise().forEach(each -> descend(each, symbols));
            }
            case Statement.For loop -> {
                Symbols turn = symbols.inner();
                turn.parameter("loop");
                parameters(loop.head().target(), turn);
                resolve(loop.body(), turn);
                resolve(loop.otherwise(), symbols.inner());
            }
            case Statement.SetBlock set -> resolve(set.body(), symbols.inner());
            case Statement.With with -> {
                Symbols inner = symbols.inner();
                with.targets().forEach(target -> parameters(target, inner));
                resolve(with.body(), inner);
            }
            case Statement.FilterBlock block -> resolve(block.body(), symbols.inner());
            case Statement.DefineMacro macro -> macro(macro.definition(), symbols);
            case Statement.CallBlock block -> macro(block.caller(), symbols);
            case Statement.Section section -> {
                boolean inner = section.scope() == Statement.SectionScope.INNER;
                resolve(section.body(), inner ? symbols.inner() : Symbols.template());
            }
            case Statement.Data _,
                    Statement.Print _,
                    Statement.Set _,
                    Statement.Break _,
                    Statement.Continue _,
                    Statement.Unavailable _ -> {}
        }
    }

    private static void macro(MacroDefinition macro, Symbols symbols) {
        Symbols inner = symbols.inner();
        macro.parameters().forEach(inner::parameter);
        macro.specials().forEach(inner::parameter);
        macro.defaults().forEach(value -> load(value, inner));
        resolve(macro.body(), inner);
    }

    private static void store(Target target, Symbols symbols, boolean inBranch) {
        switch (target) {
            case Target.Variable variable -> symbols.store(variable.name(), inBranch);
            case Target.NamespaceAttribute attribute -> symbols.load(attribute.namespace());
            case Target.Unpacked unpacked ->
                    unpacked.targets().forEach(each -> store(each, symbols, inBranch));
        }
    }

    private static void parameters(Target target, Symbols symbols) {
        switch (target) {
            case Target.Variable variable -> symbols.parameter(variable.name());
            case Target.NamespaceAttribute _ -> {}
            case Target.Unpacked unpacked ->
                    unpacked.targets().forEach(each -> parameters(each, symbols));
        }
    }

    private static void load(List<FilterCall> filters, Symbols symbols) {
        for (FilterCall filter : filters) {
            parts(filter.given()).forEach(part -> load(part, symbols));
        }
    }

    /** Notes the names in an expression; not by recursion, since a long sum is a deep tree. */
    private static void load(Expression expression, Symbols symbols) {
        Deque<Expression> open = new ArrayDeque<>();
        open.push(expression);
        while (!open.isEmpty()) {
            Expression next = open.pop();
            if (next instanceof Expression.Name(String name, int _)) {
                symbols.load(name);
            } else {
                parts(next).forEach(open::push);
            }
        }
    }

    private static List<Expression> parts(Expression expression) {
        return switch (expression) {
            case Expression.Constant _, Expression.Name _ -> List.of();
            case Expression.ListOf list -> list.items();
            case Expression.TupleOf tuple -> tuple.items();
            case Expression.DictOf dict -> all(dict.keys(), dict.values());
            case Expression.Not not -> List.of(not.operand());
            case Expression.Signed signed -> List.of(signed.operand());
            case Expression.Binary binary -> List.of(binary.left(), binary.right());
            case Expression.And and -> List.of(and.left(), and.right());
            case Expression.Or or -> List.of(or.left(), or.right());
            case Expression.Comparison comparison ->
                    all(List.of(comparison.first()), comparison.rest());
            case Expression.Concatenation concatenation -> concatenation.parts();
            case Expression.Conditional conditional ->
                    all(
                            List.of(conditional.condition(), conditional.then()),
                            optional(conditional.otherwise()));
            case Expression.Attribute attribute -> List.of(attribute.object());
            case Expression.Item item -> List.of(item.object(), item.key());
            case Expression.Slice slice ->
                    all(
                            List.of(slice.object()),
                            all(
                                    optional(slice.start()),
                                    all(optional(slice.stop()), optional(slice.step()))));
            case Expression.Call call -> all(List.of(call.callee()), parts(call.given()));
            case Expression.Filtered filtered ->
                    all(List.of(filtered.input()), parts(filtered.filter().given()));
            case Expression.Tested tested -> all(List.of(tested.input()), parts(tested.given()));
        };
    }

    private static List<Expression> parts(Given given) {
        return all(
                all(given.positional(), given.named()),
                all(optional(given.star()), optional(given.doubleStar())));
    }

    private static List<Expression> optional(@Nullable Expression expression) {
        return expression == null ? List.of() : List.of(expression);
    }

    private static List<Expression> all(List<Expression> first, List<Expression> second) {
        List<Expression> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
