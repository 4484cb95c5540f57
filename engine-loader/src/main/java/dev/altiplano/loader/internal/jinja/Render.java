package dev.altiplano.loader.internal.jinja;

import java.time.Clock;

/** What one rendering shares among everything that takes part in it. */
final class Render {
    private final Budget budget;
    private final Comparisons comparisons;
    private final Arithmetic arithmetic;
    private final Clock clock;

    Render(Budget budget, Clock clock) {
        this.budget = budget;
        this.comparisons = new Comparisons(budget);
        this.arithmetic = new Arithmetic(budget);
        this.clock = clock;
    }

    Budget budget() {
        return budget;
    }

    Comparisons comparisons() {
        return comparisons;
    }

    Arithmetic arithmetic() {
        return arithmetic;
    }

    Clock clock() {
        return clock;
    }

    String str(Object value) {
        return PythonText.str(budget, value);
    }

    /** Applies a filter that is looked up by its name. */
    Object filter(Object name, Object value, Arguments arguments) {
        Method filter = name instanceof String text ? BuiltinFilters.find(text) : null;
        if (filter == null) {
            throw unknown("filter", name);
        }
        budget.step();
        return filter.apply(this, value, arguments);
    }

    /** Applies a test that is looked up by its name. */
    boolean test(Object name, Object value, Arguments arguments) {
        Method test = name instanceof String text ? BuiltinTests.find(text) : null;
        if (test == null) {
            throw unknown("test", name);
        }
        budget.step();
        return Types.truth(test.apply(this, value, arguments));
    }

    private Fault unknown(String kind, Object name) {
        return new Fault("No %s named %s.", kind, PythonText.repr(budget, name));
    }

    /** Calls a value. */
    Object call(Object callee, Arguments arguments) {
        return switch (callee) {
            case Function function -> {
                budget.enter();
                Object result = function.call(arguments);
                budget.leave();
                yield result;
            }
            case Undefined undefined -> throw undefined.fault();
            default -> throw new Fault("'%s' object is not callable", Types.name(callee));
        };
    }
}
