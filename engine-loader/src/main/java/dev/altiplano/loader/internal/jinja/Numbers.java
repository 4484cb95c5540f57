package dev.altiplano.loader.internal.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;

/** Python's numbers: integers of any size, of which the booleans are two, and doubles. */
final class Numbers {
    private static final int MAX_BITS = 1 << 15; // about 9800 digits; Python prints 4300
    private static final long EXACT = 1L << 53;

    private Numbers() {}

    /** An integer in the form that values have: {@code Long} where it fits. */
    static Object normal(BigInteger value) {
        if (value.bitLength() < 64) {
            return value.longValue();
        }
        if (value.bitLength() > MAX_BITS) {
            throw tooLarge();
        }
        return value;
    }

    static Fault tooLarge() {
        return new Fault("a number is too large, it would have more than %d bits", MAX_BITS);
    }

    static int maxBits() {
        return MAX_BITS;
    }

    static boolean isNumber(Object value) {
        return isInteger(value) || value instanceof Double;
    }

    /** Whether a value is an integer; booleans are. */
    static boolean isInteger(Object value) {
        return value instanceof Long || value instanceof BigInteger || value instanceof Boolean;
    }

    /** A boolean as 0 or 1, every other value as it is. */
    static Object plain(Object value) {
        return value instanceof Boolean truth ? (Object) (truth ? 1L : 0L) : value;
    }

    static BigInteger big(Object integer) {
        return switch (plain(integer)) {
            case BigInteger big -> big;
            case Long small -> BigInteger.valueOf(small);
            default -> throw notInteger(integer);
        };
    }

    static double real(Object number) {
        return switch (plain(number)) {
            case Double real -> real;
            case Long small -> small;
            case BigInteger big -> {
                double real = big.doubleValue();
                if (Double.isInfinite(real)) {
                    throw new Fault("int too large to convert to float");
                }
                yield real;
            }
            default -> throw new Fault("must be real number, not %s", Types.name(number));
        };
    }

    /** An integer as a length, count or position; what does not fit is cut to the range. */
    static long clamp(Object integer) {
        return switch (plain(integer)) {
            case Long small -> small;
            case BigInteger big -> big.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
            default -> throw notInteger(integer);
        };
    }

    private static Fault notInteger(Object value) {
        return new Fault("'%s' object cannot be interpreted as an integer", Types.name(value));
    }

    /** Compares two numbers exactly; callers have set NaN apart. */
    static int compare(Object left, Object right) {
        Object a = plain(left);
        Object b = plain(right);
        if (a instanceof Long x && b instanceof Long y) {
            return Long.compare(x, y);
        }
        if (isInfinite(a) || isInfinite(b) || (isExact(a) && isExact(b))) {
            return sign(a, b);
        }
        return decimal(a).compareTo(decimal(b));
    }

    private static int sign(Object a, Object b) {
        double x = a instanceof BigInteger big ? big.signum() : real(a);
        double y = b instanceof BigInteger big ? big.signum() : real(b);
        return x < y ? -1 : x > y ? 1 : 0;
    }

    private static boolean isInfinite(Object number) {
        return number instanceof Double real && Double.isInfinite(real);
    }

    private static boolean isExact(Object number) {
        return number instanceof Double
                || (number instanceof Long small && small >= -EXACT && small <= EXACT);
    }

    private static BigDecimal decimal(Object number) {
        return number instanceof Double real ? new BigDecimal(real) : new BigDecimal(big(number));
    }

    static boolean isNan(Object value) {
        return value instanceof Double real && Double.isNaN(real);
    }
}
