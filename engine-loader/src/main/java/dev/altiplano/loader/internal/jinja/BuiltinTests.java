package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** All tests, which follow {@code is}, by name. */
final class BuiltinTests {
    private static final Map<String, Method> TABLE = new HashMap<>();

    static {
        kinds();
        numbers();
        comparisons();
        Method.add(TABLE, "in", "seq", (r, self, a) -> r.comparisons().contains(a.get(0), self));
        Method.add(TABLE, "sameas", "other", (r, s, a) -> r.comparisons().identical(s, a.get(0)));
        Method.add(TABLE, "lower", "", (r, self, _) -> TextCase.isLower(r.str(self)));
        Method.add(TABLE, "upper", "", (r, self, _) -> TextCase.isUpper(r.str(self)));
    }

    private BuiltinTests() {}

    static @Nullable Method find(String name) {
        return TABLE.get(name);
    }

    private static void kinds() {
        is("defined", value -> !(value instanceof Undefined));
        is("undefined", value -> value instanceof Undefined);
        is("none", value -> value == None.NONE);
        is("boolean", value -> value instanceof Boolean);
        is("true", value -> value.equals(true));
        is("false", value -> value.equals(false));
        is("integer", value -> value instanceof Long || value instanceof BigInteger);
        is("float", value -> value instanceof Double);
        is("number", Numbers::isNumber);
        is("string", value -> value instanceof String);
        is("mapping", value -> value instanceof Dict);
        is("iterable", Types::isIterable);
        is("sequence", BuiltinTests::isSequence);
        is("callable", value -> value instanceof Function || value instanceof Undefined);
        is("escaped", _ -> false);
        exists("filter", name -> BuiltinFilters.find(name) != null);
        exists("test", name -> find(name) != null);
    }

    private static void exists(String kind, Predicate<String> known) {
        Method.add(
                TABLE,
                kind,
                "",
                (render, self, _) ->
                        Hashes.key(render.budget(), self) instanceof String name
                                && known.test(name));
    }

    private static void is(String name, Predicate<Object> predicate) {
        Method.add(TABLE, name, "", (_, self, _) -> predicate.test(self));
    }

    private static boolean isSequence(Object value) {
        return switch (value) {
            case String _, List<?> _, Tuple _, Dict _, Range _, Undefined _ -> true;
            default -> false;
        };
    }

    private static void numbers() {
        Method.add(TABLE, "odd", "", (r, self, _) -> hasRest(r, self, 2L, 1L));
        Method.add(TABLE, "even", "", (r, self, _) -> hasRest(r, self, 2L, 0L));
        Method.add(TABLE, "divisibleby", "num", (r, self, a) -> hasRest(r, self, a.get(0), 0L));
    }

    private static boolean hasRest(Render render, Object value, Object divisor, Object rest) {
        Object found = render.arithmetic().apply(BinaryOperator.REMAINDER, value, divisor);
        return render.comparisons().equal(found, rest);
    }

    private static void comparisons() {
        compares(ComparisonOperator.EQUAL, "==", "eq", "equalto");
        compares(ComparisonOperator.NOT_EQUAL, "!=", "ne");
        compares(ComparisonOperator.LESS, "<", "lt", "lessthan");
        compares(ComparisonOperator.LESS_OR_EQUAL, "<=", "le");
        compares(ComparisonOperator.GREATER, ">", "gt", "greaterthan");
        compares(ComparisonOperator.GREATER_OR_EQUAL, ">=", "ge");
    }

    private static void compares(ComparisonOperator operator, String... names) {
        for (String name : names) {
            Method.add(
                    TABLE,
                    name,
                    "/other",
                    (render, self, a) -> operator.apply(render.comparisons(), self, a.get(0)));
        }
    }
}
