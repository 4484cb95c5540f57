package dev.altiplano.loader.internal.jinja;

import dev.altiplano.loader.internal.jinja.Expression.FilterCall;
import dev.altiplano.loader.internal.jinja.Expression.Given;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Computes expressions. */
final class Evaluator {
    private final Render render;
    private final Budget budget;
    private int at;

    Evaluator(Render render) {
        this.render = render;
        this.budget = render.budget();
    }

    /** Offset of what was computed last, for messages. */
    int at() {
        return at;
    }

    void at(int offset) {
        at = offset;
    }

    Object evaluate(Expression expression, Scope scope) {
        if (expression instanceof Expression.Constant(Object value, int _)) {
            return value;
        }
        if (expression instanceof Expression.Name(String name, int _)) {
            budget.step();
            return scope.get(name);
        }
        budget.enter();
        Object value = compound(expression, scope);
        budget.leave();
        return value;
    }

    private Object compound(Expression expression, Scope scope) {
        return switch (expression) {
            case Expression.Constant constant -> constant.value();
            case Expression.Name name -> scope.get(name.name());
            case Expression.ListOf list -> all(list.items(), scope);
            case Expression.TupleOf tuple -> new Tuple(all(tuple.items(), scope));
            case Expression.DictOf dict -> dict(dict, scope);
            case Expression.Not not -> !truth(not.operand(), scope);
            case Expression.Signed signed -> signed(signed, scope);
            case Expression.Binary binary -> binary(binary, scope);
            case Expression.And and -> {
                Object left = evaluate(and.left(), scope);
                yield Types.truth(left) ? evaluate(and.right(), scope) : left;
            }
            case Expression.Or or -> {
                Object left = evaluate(or.left(), scope);
                yield Types.truth(left) ? left : evaluate(or.right(), scope);
            }
            case Expression.Comparison comparison -> comparison(comparison, scope);
            case Expression.Concatenation concatenation -> concatenation(concatenation, scope);
            case Expression.Conditional conditional -> conditional(conditional, scope);
            case Expression.Attribute attribute -> attribute(attribute, scope);
            case Expression.Item item -> item(item, scope);
            case Expression.Slice slice -> slice(slice, scope);
            case Expression.Call call -> call(call, scope, null);
            case Expression.Filtered filtered ->
                    filter(filtered.filter(), evaluate(filtered.input(), scope), scope);
            case Expression.Tested tested -> test(tested, scope);
        };
    }

    boolean truth(Expression expression, Scope scope) {
        return Types.truth(evaluate(expression, scope));
    }

    private List<Object> all(List<Expression> expressions, Scope scope) {
        budget.items(expressions.size());
        List<Object> values = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return values;
    }

    private Object dict(Expression.DictOf expression, Scope scope) {
        Dict dict = new Dict();
        budget.objects(4L * (1 + expression.keys().size()));
        for (int i = 0; i < expression.keys().size(); i++) {
            Object key = evaluate(expression.keys().get(i), scope);
            Object value = evaluate(expression.values().get(i), scope);
            at = expression.at();
            dict.put(budget, key, value);
        }
        return dict;
    }

    private Object signed(Expression.Signed signed, Scope scope) {
        Object operand = evaluate(signed.operand(), scope);
        at = signed.at();
        return signed.negative()
                ? render.arithmetic().negate(operand)
                : render.arithmetic().plus(operand);
    }

    private Object binary(Expression.Binary binary, Scope scope) {
        Object left = evaluate(binary.left(), scope);
        Object right = evaluate(binary.right(), scope);
        at = binary.at();
        return render.arithmetic().apply(binary.operator(), left, right);
    }

    private Object comparison(Expression.Comparison comparison, Scope scope) {
        Object left = evaluate(comparison.first(), scope);
        for (int i = 0; i < comparison.rest().size(); i++) {
            Object right = evaluate(comparison.rest().get(i), scope);
            at = comparison.at();
            if (!comparison.operators().get(i).apply(render.comparisons(), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private Object concatenation(Expression.Concatenation concatenation, Scope scope) {
        List<String> texts = new ArrayList<>(concatenation.parts().size());
        long length = 0;
        for (Expression part : concatenation.parts()) {
            String text = render.str(evaluate(part, scope));
            texts.add(text);
            length += text.length();
        }
        budget.text(length);
        return texts.size() == 2 ? texts.get(0).concat(texts.get(1)) : String.join("", texts);
    }

    private Object conditional(Expression.Conditional conditional, Scope scope) {
        if (truth(conditional.condition(), scope)) {
            return evaluate(conditional.then(), scope);
        }
        Expression otherwise = conditional.otherwise();
        return otherwise != null
                ? evaluate(otherwise, scope)
                : Undefined.because(
                        "the inline if-expression evaluated to false and no else section was"
                                + " defined.");
    }

    private Object attribute(Expression.Attribute attribute, Scope scope) {
        Object object = evaluate(attribute.object(), scope);
        at = attribute.at();
        return Attributes.attribute(render, object, attribute.name());
    }

    private Object item(Expression.Item item, Scope scope) {
        Object object = evaluate(item.object(), scope);
        Object key = evaluate(item.key(), scope);
        at = item.at();
        return Attributes.item(render, object, key);
    }

    private Object slice(Expression.Slice slice, Scope scope) {
        Object object = evaluate(slice.object(), scope);
        Object start = orNull(slice.start(), scope);
        Object stop = orNull(slice.stop(), scope);
        Object step = orNull(slice.step(), scope);
        at = slice.at();
        return Slices.slice(budget, object, start, stop, step);
    }

    private @Nullable Object orNull(@Nullable Expression expression, Scope scope) {
        return expression == null ? null : evaluate(expression, scope);
    }

    /** The value of a call; {@code caller} is what a call block hands over. */
    Object call(Expression.Call call, Scope scope, @Nullable Function caller) {
        Object callee = evaluate(call.callee(), scope);
        Arguments arguments = arguments(call.given(), scope);
        if (caller != null) {
            Map<String, Object> named = new LinkedHashMap<>(arguments.named());
            named.put("caller", caller);
            arguments = new Arguments(arguments.positional(), named);
        }
        at = call.at();
        return render.call(callee, arguments);
    }

    Object filter(FilterCall filter, Object input, Scope scope) {
        Arguments arguments = arguments(filter.given(), scope);
        at = filter.at();
        return render.filter(filter.name(), input, arguments);
    }

    private Object test(Expression.Tested tested, Scope scope) {
        Object input = evaluate(tested.input(), scope);
        Arguments arguments = arguments(tested.given(), scope);
        at = tested.at();
        return render.test(tested.test(), input, arguments);
    }

    private Arguments arguments(Given given, Scope scope) {
        if (given.isEmpty()) {
            return Arguments.NOTHING;
        }
        List<Object> positional = all(given.positional(), scope);
        Map<String, Object> named = new LinkedHashMap<>();
        Expression star = given.star();
        if (star != null) {
            positional.addAll(Types.list(budget, evaluate(star, scope)));
        }
        for (int i = 0; i < given.names().size(); i++) {
            named.put(given.names().get(i), evaluate(given.named().get(i), scope));
        }
        Expression doubleStar = given.doubleStar();
        if (doubleStar != null) {
            addAll(named, evaluate(doubleStar, scope));
        }
        return new Arguments(positional, named);
    }

    private void addAll(Map<String, Object> named, Object mapping) {
        if (!(mapping instanceof Dict dict)) {
            throw new Fault("argument after ** must be a mapping, not %s", Types.name(mapping));
        }
        budget.objects(4L * dict.size());
        for (Dict.Entry entry : dict.entries()) {
            if (!(entry.key() instanceof String name)) {
                throw new Fault("keywords must be strings");
            }
            if (named.put(name, entry.value()) != null) {
                throw new Fault("got multiple values for keyword argument '%s'", name);
            }
        }
    }
}
