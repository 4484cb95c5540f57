package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Map;

/** The filters that make numbers or work on them. */
final class NumberFilters {
    private static final int MAX_PRECISION = 400; // more digits than any double has
    private static final String SIZE_PREFIXES = "kMGTPEZY";

    private NumberFilters() {}

    static void addTo(Map<String, Method> table) {
        Method.add(table, "abs", "", NumberFilters::abs);
        Method.add(table, "int", "default? base?", NumberFilters::integer);
        Method.add(table, "float", "default?", NumberFilters::real);
        Method.add(table, "round", "precision? method?", NumberFilters::round);
        Method.add(table, "filesizeformat", "binary?", NumberFilters::fileSize);
    }

    private static Object abs(Render render, Object self, Bound arguments) {
        if (!Numbers.isNumber(self)) {
            throw new Fault("bad operand type for abs(): '%s'", Types.name(self));
        }
        return self instanceof Double number
                ? (Object) Math.abs(number)
                : Numbers.normal(Numbers.big(self).abs());
    }

    private static Object integer(Render render, Object self, Bound arguments) {
        if (self instanceof Undefined undefined) {
            throw undefined.fault();
        }
        Object parsed =
                switch (self) {
                    case String text -> {
                        render.budget().scan(16L * text.length());
                        BigInteger whole = NumberText.integer(text, (int) base(arguments));
                        yield whole == null ? truncated(NumberText.real(text)) : whole;
                    }
                    case Double number -> truncated(number);
                    default -> Numbers.isNumber(self) ? Numbers.big(self) : null;
                };
        return parsed instanceof BigInteger number ? Numbers.normal(number) : arguments.get(0, 0L);
    }

    private static long base(Bound arguments) {
        long base = arguments.integer(1, 10);
        if (base < 0 || base == 1 || base > 36) {
            throw new Fault("int() base must be >= 2 and <= 36, or 0");
        }
        return base;
    }

    private static @Nullable BigInteger truncated(@Nullable Double number) {
        if (number == null || number.isNaN() || number.isInfinite()) {
            return null;
        }
        return PercentFormat.whole(number);
    }

    private static Object real(Render render, Object self, Bound arguments) {
        return switch (self) {
            case Undefined undefined -> throw undefined.fault();
            case String text -> {
                render.budget().scan(8L * text.length());
                Double number = NumberText.real(text);
                yield number == null ? arguments.get(0, 0.0) : number;
            }
            default -> Numbers.isNumber(self) ? Numbers.real(self) : arguments.get(0, 0.0);
        };
    }

    private static Object round(Render render, Object self, Bound arguments) {
        render.budget().scan(FloatFormat.COST);
        if (!Numbers.isNumber(self)) {
            throw new Fault("type %s doesn't define __round__ method", Types.name(self));
        }
        long precision = arguments.integer(0, 0);
        String method = arguments.text(1, "common");
        return switch (method) {
            case "common" ->
                    self instanceof Double number
                            ? (Object) rounded(number, precision)
                            : roundedInteger(self, precision);
            case "ceil", "floor" -> scaled(render, self, precision, method.equals("ceil"));
            default -> throw new Fault("method must be common, ceil or floor");
        };
    }

    /** Python's {@code round} of a double: half to even, from its exact value. */
    private static double rounded(double number, long precision) {
        boolean finite = !Double.isNaN(number) && !Double.isInfinite(number);
        if (!finite || precision > MAX_PRECISION) {
            return number;
        }
        if (precision < -MAX_PRECISION) {
            return Math.copySign(0.0, number);
        }
        BigDecimal exact = new BigDecimal(number);
        double rounded = exact.setScale((int) precision, RoundingMode.HALF_EVEN).doubleValue();
        return Math.copySign(rounded, number);
    }

    private static Object roundedInteger(Object self, long precision) {
        if (precision >= 0) {
            return Numbers.plain(self);
        }
        if (precision < -Numbers.maxBits()) {
            return 0L;
        }
        BigDecimal exact = new BigDecimal(Numbers.big(self));
        BigDecimal rounded = exact.setScale((int) precision, RoundingMode.HALF_EVEN);
        return Numbers.normal(rounded.toBigInteger());
    }

    private static Object scaled(Render render, Object self, long precision, boolean up) {
        Arithmetic arithmetic = render.arithmetic();
        Object factor = arithmetic.apply(BinaryOperator.POWER, 10L, precision);
        Object product = arithmetic.apply(BinaryOperator.MULTIPLY, self, factor);
        Object whole = product;
        if (product instanceof Double number) {
            whole =
                    Numbers.normal(
                            PercentFormat.whole(up ? Math.ceil(number) : Math.floor(number)));
        }
        return arithmetic.apply(BinaryOperator.DIVIDE, whole, factor);
    }

    private static Object fileSize(Render render, Object self, Bound arguments) {
        Object number = real(render, self, new Bound(Arguments.NOTHING, new Object[] {None.NONE}));
        if (!(number instanceof Double bytes)) {
            throw new Fault("could not convert %s to float", Types.name(self));
        }
        boolean binary = arguments.flag(0);
        double base = binary ? 1024 : 1000;
        if (bytes == 1) {
            return "1 Byte";
        }
        if (bytes < base) {
            return PercentFormat.whole(bytes) + " Bytes";
        }
        double unit = base * base;
        int prefix = 0;
        while (bytes >= unit && prefix < SIZE_PREFIXES.length() - 1) {
            unit *= base;
            prefix++;
        }
        String digits = new FloatFormat('f', 1, false).digits(base * bytes / unit);
        char letter = SIZE_PREFIXES.charAt(prefix);
        return digits + " " + (binary ? Character.toUpperCase(letter) + "iB" : letter + "B");
    }
}
