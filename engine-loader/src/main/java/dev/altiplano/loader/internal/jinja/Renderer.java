package dev.altiplano.loader.internal.jinja;

import dev.altiplano.loader.internal.jinja.Expression.FilterCall;

import org.jspecify.annotations.Nullable;

import java.util.Iterator;
import java.util.List;

/** Carries out the statements of a template. */
final class Renderer {
    private final Render render;
    private final Budget budget;
    private final Evaluator evaluator;
    private final Scope template;

    /** How a body ended. */
    enum Flow {
        ON,
        BREAK,
        CONTINUE
    }

    Renderer(Render render, Evaluator evaluator, Scope template) {
        this.render = render;
        this.budget = render.budget();
        this.evaluator = evaluator;
        this.template = template;
    }

    Render render() {
        return render;
    }

    Evaluator evaluator() {
        return evaluator;
    }

    /** Carries out a body in a scope of its own. */
    private Flow run(Body body, Scope scope, StringBuilder out) {
        for (String name : body.hidden()) {
            scope.set(name, Undefined.name(name));
        }
        return run(body.statements(), scope, out);
    }

    private Flow run(List<Statement> body, Scope scope, StringBuilder out) {
        budget.enter();
        Flow flow = Flow.ON;
        for (int i = 0; i < body.size() && flow == Flow.ON; i++) {
            flow = run(body.get(i), scope, out);
        }
        budget.leave();
        return flow;
    }

    /** What a body prints. */
    String text(Body body, Scope scope) {
        StringBuilder out = new StringBuilder();
        run(body, scope, out);
        return out.toString();
    }

    private Flow run(Statement statement, Scope scope, StringBuilder out) {
        budget.step();
        switch (statement) {
            case Statement.Data data -> write(data.text(), out);
            case Statement.Print print ->
                    write(render.str(evaluator.evaluate(print.value(), scope)), out);
            case Statement.If branching -> {
                return branch(branching, scope, out);
            }
            case Statement.For loop -> {
                return loop(loop, scope, out);
            }
            case Statement.Set set -> assign(set.target(), evaluate(set.value(), scope), scope);
            case Statement.SetBlock set -> setBlock(set, scope);
            case Statement.With with -> {
                return with(with, scope, out);
            }
            case Statement.FilterBlock block -> {
                return filterBlock(block, scope, out);
            }
            case Statement.DefineMacro macro -> {
                MacroDefinition definition = macro.definition();
                scope.set(definition.name(), new Macro(definition, scope, this));
            }
            case Statement.CallBlock block -> {
                Macro caller = new Macro(block.caller(), scope, this);
                write(render.str(evaluator.call(block.call(), scope, caller)), out);
            }
            case Statement.Section section -> {
                boolean inner = section.scope() == Statement.SectionScope.INNER;
                run(section.body(), (inner ? scope : template).inner(), out);
            }
            case Statement.Break _ -> {
                return Flow.BREAK;
            }
            case Statement.Continue _ -> {
                return Flow.CONTINUE;
            }
            case Statement.Unavailable tag -> {
                evaluator.at(tag.at());
                throw new Fault("the tag '%s' is not supported in chat templates", tag.tag());
            }
        }
        return Flow.ON;
    }

    private Object evaluate(Expression expression, Scope scope) {
        return evaluator.evaluate(expression, scope);
    }

    private void write(String text, StringBuilder out) {
        budget.write(text.length());
        out.append(text);
    }

    private Flow branch(Statement.If branching, Scope scope, StringBuilder out) {
        for (Statement.Branch branch : branching.branches()) {
            if (evaluator.truth(branch.condition(), scope)) {
                return run(branch.body(), scope, out);
            }
        }
        return run(branching.otherwise(), scope, out);
    }

    private Flow loop(Statement.For loop, Scope scope, StringBuilder out) {
        Object iterable = evaluate(loop.head().iterable(), scope);
        if (!loop.head().recursive()) {
            return loop(loop, iterable, null, scope, out);
        }
        write(recurse(loop, iterable, null, scope), out);
        return Flow.ON;
    }

    /** What one level of a recursive loop prints. */
    String recurse(Statement.For loop, Object iterable, @Nullable Loop outer, Scope scope) {
        StringBuilder out = new StringBuilder();
        loop(loop, iterable, outer, scope, out);
        return out.toString();
    }

    private Flow loop(
            Statement.For statement,
            Object iterable,
            @Nullable Loop outer,
            Scope scope,
            StringBuilder out) {
        evaluator.at(statement.head().at());
        Iterator<Object> items = Types.iterator(budget, iterable);
        int size = iterable instanceof Loop ? -1 : Types.size(iterable);
        Expression condition = statement.head().condition();
        if (condition != null) {
            items = chosen(items, statement.head().target(), condition, scope);
            size = -1;
        }
        Loop loop = new Loop(this, statement, scope, items, size, outer);
        boolean complete = false; // a turn that was left early does not count in Jinja
        while (loop.advance()) {
            Scope turn = scope.inner();
            assign(statement.head().target(), loop.item(), turn);
            turn.set("loop", loop);
            Flow flow = run(statement.body(), turn, out);
            complete |= flow == Flow.ON;
            if (flow == Flow.BREAK) {
                break;
            }
        }
        return complete ? Flow.ON : run(statement.otherwise(), scope.inner(), out);
    }

    private Iterator<Object> chosen(
            Iterator<Object> items, Target target, Expression condition, Scope scope) {
        return new Lazy(
                "generator",
                budget,
                () -> {
                    while (items.hasNext()) {
                        Object item = items.next();
                        Scope test = scope.inner();
                        assign(target, item, test);
                        if (evaluator.truth(condition, test)) {
                            return item;
                        }
                    }
                    return null;
                });
    }

    private void setBlock(Statement.SetBlock set, Scope scope) {
        Scope inner = scope.inner();
        Object text = text(set.body(), inner);
        assign(set.target(), filtered(set.filters(), text, inner), scope);
    }

    private Object filtered(List<FilterCall> filters, Object input, Scope scope) {
        Object value = input;
        for (FilterCall filter : filters) {
            value = evaluator.filter(filter, value, scope);
        }
        return value;
    }

    private Flow filterBlock(Statement.FilterBlock block, Scope scope, StringBuilder out) {
        Scope inner = scope.inner();
        StringBuilder text = new StringBuilder();
        Flow flow = run(block.body(), inner, text);
        if (flow == Flow.ON) { // else the text is lost, as in Jinja
            write(render.str(filtered(block.filters(), text.toString(), inner)), out);
        }
        return flow;
    }

    private Flow with(Statement.With with, Scope scope, StringBuilder out) {
        Scope inner = scope.inner();
        for (int i = 0; i < with.targets().size(); i++) {
            assign(with.targets().get(i), evaluate(with.values().get(i), scope), inner);
        }
        return run(with.body(), inner, out);
    }

    void assign(Target target, Object value, Scope scope) {
        switch (target) {
            case Target.Variable variable -> scope.set(variable.name(), value);
            case Target.NamespaceAttribute attribute -> {
                evaluator.at(attribute.at());
                if (!(scope.get(attribute.namespace()) instanceof Namespace namespace)) {
                    throw new Fault("cannot assign attribute on non-namespace object");
                }
                budget.objects(4);
                namespace.attributes().put(attribute.name(), value);
            }
            case Target.Unpacked unpacked -> unpack(unpacked, value, scope);
        }
    }

    private void unpack(Target.Unpacked unpacked, Object value, Scope scope) {
        evaluator.at(unpacked.at());
        if (!Types.isIterable(value)) {
            throw new Fault("cannot unpack non-iterable %s object", Types.name(value));
        }
        List<Object> items = Types.readable(budget, value);
        int expected = unpacked.targets().size();
        if (items.size() > expected) {
            throw new Fault("too many values to unpack (expected %d)", expected);
        }
        if (items.size() < expected) {
            throw new Fault(
                    "not enough values to unpack (expected %d, got %d)", expected, items.size());
        }
        for (int i = 0; i < expected; i++) {
            assign(unpacked.targets().get(i), items.get(i), scope);
        }
    }
}
