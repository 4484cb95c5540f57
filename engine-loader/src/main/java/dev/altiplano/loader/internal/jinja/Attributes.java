package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code object.name} and {@code object[key]}, as Jinja's immutable sandbox answers them. */
final class Attributes {
    private static final Set<String> LIST_CHANGES =
            Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");
    private static final Set<String> DICT_CHANGES =
            Set.of("clear", "pop", "popitem", "setdefault", "update");
    private static final Set<String> PRIVATE = // what every Python object has
            Set.of(
                    "__class__",
                    "__delattr__",
                    "__dir__",
                    "__doc__",
                    "__eq__",
                    "__format__",
                    "__ge__",
                    "__getattribute__",
                    "__getstate__",
                    "__gt__",
                    "__hash__",
                    "__init__",
                    "__init_subclass__",
                    "__le__",
                    "__lt__",
                    "__ne__",
                    "__new__",
                    "__reduce__",
                    "__reduce_ex__",
                    "__repr__",
                    "__setattr__",
                    "__sizeof__",
                    "__str__",
                    "__subclasshook__");

    private Attributes() {}

    /** {@code object.name}: an attribute, else an item, else undefined. */
    static Object attribute(Render render, Object object, String name) {
        Object value = own(render, object, name);
        if (value == null && object instanceof Dict dict) {
            value = dict.get(name);
        }
        return value == null ? Undefined.attribute(object, name) : value;
    }

    /** {@code object[key]}: an item, else an attribute, else undefined. */
    static Object item(Render render, Object object, Object key) {
        Object value = subscript(render, object, key);
        if (value == null && key instanceof String name) {
            value = own(render, object, name);
        }
        return value == null ? Undefined.attribute(object, key) : value;
    }

    private static @Nullable Object subscript(Render render, Object object, Object key) {
        return switch (object) {
            case Dict dict when key instanceof String name -> dict.get(name);
            case Dict dict when key instanceof List<?> || key instanceof Dict -> null;
            case Dict dict -> dict.get(render.budget(), key);
            case String _, List<?> _, Tuple _, Range _ -> Slices.item(render.budget(), object, key);
            case Undefined undefined -> throw undefined.fault();
            default -> null;
        };
    }

    /** The attribute that an object has in Python, as far as the sandbox shows it, else null. */
    static @Nullable Object own(Render render, Object object, String name) {
        if (object instanceof Undefined undefined) {
            throw undefined.fault();
        }
        Object value = PRIVATE.contains(name) ? None.NONE : lookup(render, object, name);
        boolean changes =
                object instanceof List<?> && LIST_CHANGES.contains(name)
                        || object instanceof Dict && DICT_CHANGES.contains(name);
        if (changes || (value != null && name.startsWith("_"))) {
            return Undefined.unsafe(object, name);
        }
        return value;
    }

    private static @Nullable Object lookup(Render render, Object object, String name) {
        return switch (object) {
            case String text -> method(render, StringMethods.TABLE, text, name);
            case Dict dict -> method(render, CollectionMethods.DICT, dict, name);
            case List<?> list -> method(render, CollectionMethods.LIST, list, name);
            case Tuple tuple -> tuple(render, tuple, name);
            case Range range -> range(render, range, name);
            case Boolean _, Long _, BigInteger _, Double _ -> number(object, name);
            case Namespace namespace -> namespace.attributes().get(name);
            case Loop loop -> loop.attribute(name);
            case Macro macro -> macro.attribute(name);
            case Cycler cycler -> cycler.attribute(name);
            case Joiner joiner -> joiner.attribute(name);
            default -> null;
        };
    }

    private static @Nullable Object method(
            Render render, Map<String, Method> table, Object self, String name) {
        Method method = table.get(name);
        return method == null ? null : method.of(render, self);
    }

    private static @Nullable Object tuple(Render render, Tuple tuple, String name) {
        if (tuple.group()) {
            switch (name) { // groupby gives tuples with names
                case "grouper" -> {
                    return tuple.items().get(0);
                }
                case "list" -> {
                    return tuple.items().get(1);
                }
                default -> {}
            }
        }
        return method(render, CollectionMethods.SEQUENCE, tuple, name);
    }

    private static @Nullable Object range(Render render, Range range, String name) {
        return switch (name) {
            case "start" -> range.start();
            case "stop" -> range.stop();
            case "step" -> range.step();
            default -> method(render, CollectionMethods.SEQUENCE, range, name);
        };
    }

    private static @Nullable Object number(Object number, String name) {
        Object plain = Numbers.plain(number);
        boolean integer = Numbers.isInteger(number);
        return switch (name) {
            case "real" -> plain;
            case "imag" -> integer ? (Object) 0L : (Object) 0.0;
            case "conjugate" -> (Function) _ -> plain;
            case "numerator" -> integer ? plain : null;
            case "denominator" -> integer ? (Object) 1L : null;
            case "bit_length" -> integer ? bitLength(plain) : null;
            case "is_integer" ->
                    integer ? null : (Function) _ -> Math.rint((Double) plain) == (Double) plain;
            default -> null;
        };
    }

    private static Function bitLength(Object integer) {
        return _ -> (long) Numbers.big(integer).abs().bitLength();
    }
}
