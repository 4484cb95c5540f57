package dev.altiplano.loader.internal.jinja;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** Keys of dicts and sets: values that are equal in Python become equal in Java. */
final class Hashes {
    private Hashes() {}

    static Object key(Budget budget, Object value) {
        return switch (value) {
            case String text -> {
                budget.scan(text.length());
                yield text;
            }
            case Boolean truth -> truth ? 1L : 0L;
            case Double number -> number(number);
            case Tuple tuple -> new Tuple(tupleKeys(budget, tuple.items()));
            case Undefined _ -> Undefined.class;
            case List<?> _, Dict _, View _ ->
                    throw new Fault("unhashable type: '%s'", Types.name(value));
            default -> value;
        };
    }

    private static List<Object> tupleKeys(Budget budget, List<Object> items) {
        budget.enter();
        budget.objects(2);
        budget.items(items.size());
        List<Object> keys = new ArrayList<>(items.size());
        for (Object item : items) {
            keys.add(key(budget, item));
        }
        budget.leave();
        return keys;
    }

    private static Object number(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value) || value != Math.rint(value)) {
            return value;
        }
        return Numbers.normal(new BigDecimal(value).toBigInteger());
    }
}
