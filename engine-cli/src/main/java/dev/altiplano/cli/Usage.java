package dev.altiplano.cli;

import java.util.function.Supplier;

/** Values of options that are out of their range. */
final class Usage {
    private Usage() {}

    /** Takes what the library refuses for a wrong call of the command. */
    static <T> T check(Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(String.valueOf(e.getMessage()));
        }
    }

    /** Refuses numbers below the least one that makes sense. */
    static int atLeast(int least, String option, int value) {
        if (value < least) {
            throw CommandException.usage(
                    "%s is %d, expected %d or more".formatted(option, value, least));
        }
        return value;
    }

    /** Refuses two options that contradict each other. */
    static void notBoth(boolean first, boolean second, String names) {
        if (first && second) {
            throw CommandException.usage(names + " contradict each other");
        }
    }
}
