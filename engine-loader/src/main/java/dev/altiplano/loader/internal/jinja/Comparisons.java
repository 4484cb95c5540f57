package dev.altiplano.loader.internal.jinja;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;

/** Python's {@code ==}, {@code <}, {@code in} and {@code is}. */
final class Comparisons {
    private static final long BIG = 800; // characters that can be scanned in the same time
    private static final long MAX_SHARED = 256; // Python keeps one object for each small integer

    private final Budget budget;

    Comparisons(Budget budget) {
        this.budget = budget;
    }

    boolean equal(Object a, Object b) {
        if (areNumbers(a, b)) {
            return !Numbers.isNan(a) && !Numbers.isNan(b) && Numbers.compare(a, b) == 0;
        }
        if (a instanceof String x && b instanceof String y) {
            budget.scan(x.length() == y.length() ? x.length() : 0);
            return x.equals(y);
        }
        return isOne(a, b) || equalParts(a, b);
    }

    private boolean areNumbers(Object a, Object b) {
        if (!Numbers.isNumber(a) || !Numbers.isNumber(b)) {
            return false;
        }
        if (a instanceof BigInteger || b instanceof BigInteger) {
            budget.scan(BIG); // may be brought into one form first
        }
        return true;
    }

    private boolean equalParts(Object a, Object b) {
        budget.enter();
        boolean equal =
                switch (a) {
                    case List<?> _ when b instanceof List<?> -> equalItems(a, b);
                    case Tuple _ when b instanceof Tuple -> equalItems(a, b);
                    case Dict x when b instanceof Dict y -> equalEntries(x, y);
                    case Range x when b instanceof Range y -> x.sameItems(y);
                    case View x when b instanceof View y -> equalViews(x, y);
                    case Undefined _ -> b instanceof Undefined;
                    default -> false;
                };
        budget.leave();
        return equal;
    }

    private boolean equalItems(Object a, Object b) {
        List<Object> x = Types.readable(budget, a);
        List<Object> y = Types.readable(budget, b);
        if (x.size() != y.size()) {
            return false;
        }
        for (int i = 0; i < x.size(); i++) {
            budget.step();
            if (!same(x.get(i), y.get(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean equalEntries(Dict a, Dict b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (Dict.Entry entry : a.entries()) {
            budget.step();
            Object other = b.get(budget, entry.key());
            if (other == null || !same(entry.value(), other)) {
                return false;
            }
        }
        return true;
    }

    private boolean equalViews(View a, View b) { // keys and items are sets, values are nothing
        if (a.kind() == View.Kind.VALUES || b.kind() == View.Kind.VALUES) {
            return false;
        }
        if (a.kind() == b.kind() && a.kind() == View.Kind.ITEMS) {
            return equalEntries(a.dict(), b.dict());
        }
        budget.items(a.dict().size());
        return a.dict().size() == b.dict().size()
                && a.items().stream().allMatch(item -> contains(b, item));
    }

    /** Equality of items in a container, where every item equals itself. */
    private boolean same(Object a, Object b) {
        return isOne(a, b) || equal(a, b);
    }

    /** {@code a < b}, for items that {@code operator} may also name otherwise in the message. */
    boolean less(Object a, Object b, String operator) {
        if (areNumbers(a, b)) {
            return !Numbers.isNan(a) && !Numbers.isNan(b) && Numbers.compare(a, b) < 0;
        }
        return order(a, b, operator) < 0;
    }

    /** {@code a <= b}. */
    boolean lessOrEqual(Object a, Object b, String operator) {
        if (areNumbers(a, b)) {
            return !Numbers.isNan(a) && !Numbers.isNan(b) && Numbers.compare(a, b) <= 0;
        }
        return order(a, b, operator) <= 0;
    }

    /** Negative, zero or positive as {@code a} is less than, equal to or greater than {@code b}. */
    int order(Object a, Object b, String operator) {
        if (a instanceof String x && b instanceof String y) {
            budget.scan(Math.min(x.length(), y.length()));
            return compareText(x, y);
        }
        if (areNumbers(a, b)) {
            boolean nan = Numbers.isNan(a) || Numbers.isNan(b);
            return nan ? Double.compare(Numbers.real(a), Numbers.real(b)) : Numbers.compare(a, b);
        }
        if (a instanceof List<?> && b instanceof List<?>
                || a instanceof Tuple && b instanceof Tuple) {
            budget.enter();
            int order = orderItems(a, b, operator);
            budget.leave();
            return order;
        }
        for (Object side : new Object[] {a, b}) {
            if (side instanceof Undefined undefined) {
                throw undefined.fault();
            }
        }
        throw new Fault(
                "'%s' not supported between instances of '%s' and '%s'",
                operator, Types.name(a), Types.name(b));
    }

    private int orderItems(Object a, Object b, String operator) {
        List<Object> x = Types.readable(budget, a);
        List<Object> y = Types.readable(budget, b);
        for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
            budget.step();
            if (!same(x.get(i), y.get(i))) {
                return order(x.get(i), y.get(i), operator);
            }
        }
        return Integer.compare(x.size(), y.size());
    }

    private static int compareText(String a, String b) { // by code points, not UTF-16 units
        int end = Math.min(a.length(), b.length());
        for (int i = 0; i < end; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean xWide = Character.isSurrogate(x);
                return xWide == Character.isSurrogate(y) ? Character.compare(x, y) : xWide ? 1 : -1;
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    /** {@code item in container}. */
    boolean contains(Object container, Object item) {
        return switch (container) {
            case String text -> {
                if (!(item instanceof String part)) {
                    if (item instanceof Undefined undefined) {
                        throw undefined.fault();
                    }
                    throw new Fault(
                            "'in <string>' requires string as left operand, not %s",
                            Types.name(item));
                }
                yield Search.find(budget, text, part, 0) >= 0;
            }
            case Dict dict -> dict.containsKey(budget, item);
            case View view when view.kind() == View.Kind.KEYS ->
                    view.dict().containsKey(budget, item);
            case Range range when Numbers.isInteger(item) ->
                    Numbers.plain(item) instanceof Long number && range.contains(number);
            default -> containsItem(container, item);
        };
    }

    private boolean containsItem(Object container, Object item) {
        if (!Types.isIterable(container)) {
            throw new Fault("argument of type '%s' is not iterable", Types.name(container));
        }
        Iterator<Object> items = Types.iterator(budget, container);
        while (items.hasNext()) {
            budget.step();
            if (same(items.next(), item)) {
                return true;
            }
        }
        return false;
    }

    /** {@code a is b}; texts and small integers are taken for one object if they are equal. */
    boolean identical(Object a, Object b) {
        return switch (a) {
            case Boolean _, String _ -> a.equals(b);
            case Long number -> isOne(a, b) || (number.equals(b) && Math.abs(number) <= MAX_SHARED);
            default -> isOne(a, b);
        };
    }

    @SuppressWarnings("ReferenceEquality") // this is what "is" asks for
    private static boolean isOne(Object a, Object b) {
        return a == b;
    }
}
