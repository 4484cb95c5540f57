package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Copies what callers pass as variables into values of templates, and counts it. */
final class Inputs {
    private static final int MAX_DEPTH = 500;

    private final Budget budget = new Budget();
    private long characters;
    private long values;
    private int depth;

    /** A budget that suits the values converted so far. */
    Budget budget() {
        budget.grow(characters, values);
        return budget;
    }

    Object convert(@Nullable Object input) {
        values++;
        return switch (input) {
            case null -> None.NONE;
            case CharSequence text -> text(text.toString());
            case Boolean truth -> truth;
            case Number number -> number(number);
            case Map<?, ?> map -> nested(map);
            case Collection<?> collection -> nested(collection);
            case Object[] array -> nested(Arrays.asList(array));
            default ->
                    throw new Fault(
                            "a variable is a %s; it must be made of texts, numbers, booleans,"
                                    + " lists, maps and null",
                            input.getClass().getName());
        };
    }

    private Object text(String text) {
        characters += text.length();
        return text;
    }

    private static Object number(Number number) {
        return switch (number) {
            case Double real -> real;
            case Float real -> Double.valueOf(real);
            case BigDecimal decimal -> decimal.doubleValue();
            case BigInteger big -> Numbers.normal(big);
            default -> number.longValue();
        };
    }

    private Object nested(Object input) {
        if (++depth > MAX_DEPTH) {
            throw new Fault("a variable is nested more than %d levels deep", MAX_DEPTH);
        }
        Object value = input instanceof Map<?, ?> map ? dict(map) : list((Collection<?>) input);
        depth--;
        return value;
    }

    private Dict dict(Map<?, ?> map) {
        Dict dict = new Dict();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            dict.put(budget, convert(entry.getKey()), convert(entry.getValue()));
        }
        return dict;
    }

    private List<Object> list(Collection<?> collection) {
        List<Object> list = new ArrayList<>(collection.size());
        for (Object item : collection) {
            list.add(convert(item));
        }
        return list;
    }
}
