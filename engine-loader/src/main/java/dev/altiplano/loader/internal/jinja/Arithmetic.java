package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/** Python's arithmetic, on numbers, texts and sequences. */
final class Arithmetic {
    private static final MathContext WIDE = new MathContext(60);
    private static final long EXACT = 1L << 53;

    private final Budget budget;

    Arithmetic(Budget budget) {
        this.budget = budget;
    }

    Object apply(BinaryOperator operator, Object left, Object right) {
        if (left instanceof String format && operator == BinaryOperator.REMAINDER) {
            return PercentFormat.format(budget, format, right);
        }
        for (Object side : new Object[] {left, right}) {
            if (side instanceof Undefined undefined) {
                throw undefined.fault();
            }
        }
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return left instanceof Double || right instanceof Double
                    ? reals(operator, Numbers.real(left), Numbers.real(right))
                    : integers(operator, left, right);
        }
        return switch (operator) {
            case ADD -> concatenate(left, right);
            case MULTIPLY -> repeat(left, right);
            default -> throw unsupported(operator, left, right);
        };
    }

    private static Fault unsupported(BinaryOperator operator, Object left, Object right) {
        return new Fault(
                "unsupported operand type(s) for %s: '%s' and '%s'",
                operator.symbol, Types.name(left), Types.name(right));
    }

    private Object concatenate(Object left, Object right) {
        if (left instanceof String a) {
            if (right instanceof String b) {
                budget.text((long) a.length() + b.length());
                return a.concat(b);
            }
        } else if (left instanceof List<?> && right instanceof List<?>) {
            return joined(left, right);
        } else if (left instanceof Tuple && right instanceof Tuple) {
            return new Tuple(joined(left, right));
        }
        if (left instanceof String || left instanceof List<?> || left instanceof Tuple) {
            String type = Types.name(left);
            throw new Fault(
                    "can only concatenate %s (not \"%s\") to %s", type, Types.name(right), type);
        }
        throw unsupported(BinaryOperator.ADD, left, right);
    }

    private List<Object> joined(Object left, Object right) {
        List<Object> a = Types.readable(budget, left);
        List<Object> b = Types.readable(budget, right);
        budget.items((long) a.size() + b.size());
        List<Object> all = new ArrayList<>(a.size() + b.size());
        all.addAll(a);
        all.addAll(b);
        return all;
    }

    private Object repeat(Object left, Object right) {
        boolean counted = Numbers.isInteger(right);
        Object sequence = counted ? left : right;
        Object count = counted ? right : left;
        boolean repeatable = sequence instanceof String || Types.listed(sequence) != null;
        if (!repeatable) {
            throw unsupported(BinaryOperator.MULTIPLY, left, right);
        }
        if (!Numbers.isInteger(count)) {
            throw new Fault("can't multiply sequence by non-int of type '%s'", Types.name(count));
        }
        if (count instanceof BigInteger) {
            throw new Fault("cannot fit 'int' into an index-sized integer");
        }
        long times = Math.max(0, Numbers.clamp(count));
        return switch (sequence) {
            case String text -> repeatText(budget, text, times);
            case Tuple tuple -> new Tuple(repeatItems(tuple.items(), times));
            default -> repeatItems(Types.readable(budget, sequence), times);
        };
    }

    /** A text several times over. */
    static String repeatText(Budget budget, String text, long times) {
        if (text.isEmpty() || times <= 0) {
            return "";
        }
        budget.text(times > Integer.MAX_VALUE ? times : times * text.length());
        return text.repeat((int) times);
    }

    private List<Object> repeatItems(List<Object> items, long times) {
        if (items.isEmpty()) {
            return List.of();
        }
        budget.items(times > Integer.MAX_VALUE ? times : times * items.size());
        List<Object> all = new ArrayList<>((int) (times * items.size()));
        for (long i = 0; i < times; i++) {
            all.addAll(items);
        }
        return all;
    }

    private static Object reals(BinaryOperator operator, double a, double b) {
        return switch (operator) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / divisor(b, "float division by zero");
            case FLOOR_DIVIDE -> floorDivide(a, divisor(b, "float floor division by zero"));
            case REMAINDER -> remainder(a, divisor(b, "float modulo"));
            case POWER -> power(a, b);
        };
    }

    private static double divisor(double value, String fault) {
        if (value == 0) {
            throw new Fault(fault);
        }
        return value;
    }

    private static double remainder(double a, double b) {
        double rest = a % b;
        if (rest == 0) {
            return Math.copySign(0.0, b);
        }
        return rest < 0 == b < 0 ? rest : rest + b;
    }

    private static double floorDivide(double a, double b) {
        double rest = a % b;
        double quotient = (a - rest) / b;
        if (rest != 0 && rest < 0 != b < 0) {
            quotient -= 1;
        }
        if (quotient == 0) {
            return Math.copySign(0.0, a / b);
        }
        double floor = Math.floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double power(double a, double b) {
        if (a == 0 && b < 0) {
            throw new Fault("0.0 cannot be raised to a negative power");
        }
        if (a < 0 && !Double.isInfinite(a) && !Double.isInfinite(b) && b != Math.rint(b)) {
            throw new Fault("a complex number is not supported");
        }
        if (a == 1 || (a == -1 && Double.isInfinite(b))) {
            return 1;
        }
        double power = Math.pow(a, b);
        if (Double.isInfinite(power) && !Double.isInfinite(a) && !Double.isInfinite(b)) {
            throw new Fault("(34, 'Numerical result out of range')");
        }
        return power;
    }

    private Object integers(BinaryOperator operator, Object left, Object right) {
        Object small = smallIntegers(operator, Numbers.plain(left), Numbers.plain(right));
        if (small != null) {
            return small;
        }
        BigInteger a = Numbers.big(left);
        BigInteger b = Numbers.big(right);
        budget.scan(a.bitLength() + b.bitLength());
        return switch (operator) {
            case ADD -> Numbers.normal(a.add(b));
            case SUBTRACT -> Numbers.normal(a.subtract(b));
            case MULTIPLY -> Numbers.normal(a.multiply(b));
            case DIVIDE -> divide(a, b);
            case FLOOR_DIVIDE -> Numbers.normal(floorDivide(a, b));
            case REMAINDER -> Numbers.normal(remainder(a, b));
            case POWER -> power(a, b);
        };
    }

    /** The result where a long holds it and the way to it, else null. */
    private static @Nullable Object smallIntegers(
            BinaryOperator operator, Object left, Object right) {
        if (!(left instanceof Long a) || !(right instanceof Long b)) {
            return null;
        }
        if (a != a.intValue() || b != b.intValue()) {
            return null;
        }
        return switch (operator) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> b == 0 ? null : (Object) ((double) a / b);
            case FLOOR_DIVIDE -> b == 0 ? null : (Object) Math.floorDiv(a, b);
            case REMAINDER -> b == 0 ? null : (Object) Math.floorMod(a, b);
            case POWER -> null;
        };
    }

    private static Object divide(BigInteger a, BigInteger b) {
        if (b.signum() == 0) {
            throw new Fault("division by zero");
        }
        BigInteger exact = BigInteger.valueOf(EXACT);
        if (a.abs().compareTo(exact) <= 0 && b.abs().compareTo(exact) <= 0) {
            return a.doubleValue() / b.doubleValue();
        }
        double quotient = new BigDecimal(a).divide(new BigDecimal(b), WIDE).doubleValue();
        if (Double.isInfinite(quotient)) {
            throw new Fault("integer division result too large for a float");
        }
        return quotient;
    }

    private static BigInteger floorDivide(BigInteger a, BigInteger b) {
        if (b.signum() == 0) {
            throw new Fault("integer division or modulo by zero");
        }
        BigInteger[] parts = a.divideAndRemainder(b);
        boolean down = parts[1].signum() != 0 && parts[1].signum() != b.signum();
        return down ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    private static BigInteger remainder(BigInteger a, BigInteger b) {
        if (b.signum() == 0) {
            throw new Fault("integer modulo by zero");
        }
        BigInteger rest = a.remainder(b);
        return rest.signum() != 0 && rest.signum() != b.signum() ? rest.add(b) : rest;
    }

    private static Object power(BigInteger a, BigInteger b) {
        if (b.signum() < 0) {
            return power(Numbers.real(Numbers.normal(a)), Numbers.real(Numbers.normal(b)));
        }
        if (a.abs().compareTo(BigInteger.ONE) <= 0) { // 0, 1 and -1 stay small
            boolean one = b.signum() == 0 || a.signum() > 0 || (a.signum() < 0 && !b.testBit(0));
            return one ? 1L : (long) a.signum();
        }
        if (b.bitLength() > 31 || (double) a.bitLength() * b.intValue() > 2.0 * Numbers.maxBits()) {
            throw Numbers.tooLarge();
        }
        return Numbers.normal(a.pow(b.intValue()));
    }

    Object negate(Object value) {
        return switch (signed(value, "-")) {
            case Double number -> -number;
            case Long number when number != Long.MIN_VALUE -> -number;
            case Object number -> Numbers.normal(Numbers.big(number).negate());
        };
    }

    Object plus(Object value) {
        return signed(value, "+");
    }

    private static Object signed(Object value, String sign) {
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (!Numbers.isNumber(value)) {
            throw new Fault("bad operand type for unary %s: '%s'", sign, Types.name(value));
        }
        return Numbers.plain(value);
    }
}
