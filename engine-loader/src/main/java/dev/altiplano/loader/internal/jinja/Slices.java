package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** Python's {@code value[start:stop:step]} and {@code value[index]} on sequences. */
final class Slices {
    private Slices() {}

    /** A slice; null stands for a bound that is left out. */
    static Object slice(
            Budget budget,
            Object value,
            @Nullable Object start,
            @Nullable Object stop,
            @Nullable Object step) {
        long stride = bound(step, 1);
        if (stride == 0) {
            throw new Fault("slice step cannot be zero");
        }
        int size = sliceable(budget, value);
        int from =
                stride > 0
                        ? clip(start, 0, size, 0, size)
                        : clip(start, size - 1, size, -1, size - 1);
        int to = stride > 0 ? clip(stop, size, size, 0, size) : clip(stop, -1, size, -1, size - 1);
        long span = stride > 0 ? (long) to - from : (long) from - to;
        int count = span <= 0 ? 0 : (int) ((span - 1) / Math.abs(stride) + 1);
        return switch (value) {
            case String text -> text(budget, text, from, stride, count);
            case Tuple tuple -> new Tuple(items(budget, tuple.items(), from, stride, count));
            case Range range -> range(range, from, to, stride);
            default -> items(budget, Types.readable(budget, value), from, stride, count);
        };
    }

    private static int sliceable(Budget budget, Object value) {
        return switch (value) {
            case String _, Tuple _, List<?> _, Range _ -> Types.length(budget, value);
            case Undefined undefined -> throw undefined.fault();
            case Dict _ -> throw new Fault("unhashable type: 'slice'");
            default -> throw new Fault("'%s' object is not subscriptable", Types.name(value));
        };
    }

    private static long bound(@Nullable Object value, long otherwise) {
        if (value == null || value == None.NONE) {
            return otherwise;
        }
        if (!Numbers.isInteger(value)) {
            throw new Fault("slice indices must be integers or None");
        }
        return Numbers.clamp(value);
    }

    private static int clip(@Nullable Object value, int otherwise, int size, int min, int max) {
        if (value == null || value == None.NONE) {
            return otherwise;
        }
        long index = bound(value, otherwise);
        return Math.clamp(index < 0 ? index + size : index, min, max);
    }

    private static String text(Budget budget, String text, int from, long step, int count) {
        budget.scan(text.length());
        if (count == 0) {
            return "";
        }
        if (step == 1) {
            int start = text.offsetByCodePoints(0, from);
            String part = text.substring(start, text.offsetByCodePoints(start, count));
            budget.text(part.length());
            return part;
        }
        budget.text(4L * text.length());
        int[] codePoints = text.codePoints().toArray();
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < count; i++) {
            out.appendCodePoint(codePoints[(int) (from + i * step)]);
        }
        return out.toString();
    }

    private static List<Object> items(
            Budget budget, List<Object> items, int from, long step, int count) {
        budget.items(count);
        List<Object> part = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            part.add(items.get((int) (from + i * step)));
        }
        return part;
    }

    private static Range range(Range range, int from, int to, long step) {
        return new Range(range.get(from), range.get(to), range.step() * step);
    }

    /** The item at an index, counted from the end if negative; null if there is none. */
    static @Nullable Object item(Budget budget, Object value, Object index) {
        if (!Numbers.isInteger(index)) {
            return null;
        }
        int size = Types.length(budget, value);
        long given = Numbers.clamp(index);
        long i = given < 0 ? given + size : given;
        if (i < 0 || i >= size) {
            return null;
        }
        return switch (value) {
            case String text -> {
                int start = text.offsetByCodePoints(0, (int) i);
                yield text.substring(start, text.offsetByCodePoints(start, 1));
            }
            case Range range -> range.get(i);
            default -> Types.readable(budget, value).get((int) i);
        };
    }
}
