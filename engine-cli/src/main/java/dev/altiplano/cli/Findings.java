package dev.altiplano.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What was found out about one prompt so far. */
final class Findings {
    private final List<String> facts = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();

    /** The result in one line. */
    record Verdict(boolean passed, String line) {}

    void add(Findings others) {
        facts.addAll(others.facts);
        faults.addAll(others.faults);
    }

    void fact(String words) {
        facts.add(words);
    }

    void fault(String words) {
        faults.add(words);
    }

    int faults() {
        return faults.size();
    }

    Verdict verdict(int number) {
        String end = faults.isEmpty() ? "passed" : "FAILED: " + String.join("; ", faults);
        String before = facts.isEmpty() ? "" : String.join(", ", facts) + ": ";
        String line = "prompt %d: %s%s".formatted(number, before, end);
        return new Verdict(faults.isEmpty(), line.replaceAll("\\s*\\R\\s*", " "));
    }

    /** Tells how far numbers are off, and the first of them that is too far. */
    void report(String what, List<Difference> differences) {
        if (differences.isEmpty()) {
            return;
        }
        double largest = 0;
        for (Difference difference : differences) {
            largest = Math.max(largest, difference.largest()); // NaN stays
        }
        fact(String.format(Locale.ROOT, "%s %.1e", what, largest));
        differences.stream()
                .filter(difference -> !difference.isWithinTolerance())
                .findFirst()
                .ifPresent(first -> fault(first.fault()));
    }

    void compareIds(String what, int[] got, int[] wanted) {
        int at = Arrays.mismatch(got, wanted);
        if (at >= 0) {
            fault(
                    "%s: %s at index %d, expected %s"
                            .formatted(what, idAt(got, at), at, idAt(wanted, at)));
        }
    }

    private static String idAt(int[] ids, int index) {
        return index < ids.length ? Integer.toString(ids[index]) : "the end";
    }

    void compareText(String what, String got, String wanted) {
        if (!got.equals(wanted)) {
            int at = 0;
            while (at < Math.min(got.length(), wanted.length())
                    && got.charAt(at) == wanted.charAt(at)) {
                at++;
            }
            fault("%s differs from character %d on".formatted(what, at));
        }
    }
}
