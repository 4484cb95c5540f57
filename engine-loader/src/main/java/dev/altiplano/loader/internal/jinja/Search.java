package dev.altiplano.loader.internal.jinja;

/** Finds one text in another in time linear in both, whatever they are. */
final class Search {
    private static final long SMALL = 1 << 16; // below that the plain search cannot take long

    private Search() {}

    /** First offset, in UTF-16 units, of {@code part} from {@code start} on; -1 without one. */
    static int find(Budget budget, String text, String part, int start) {
        long length = Math.max(0, text.length() - start);
        if (length * part.length() <= SMALL || part.length() <= 2) {
            int found = text.indexOf(part, start);
            budget.scan(found < 0 ? length : found - start);
            return found;
        }
        budget.items(part.length() / 4); // the table
        int found = knuthMorrisPratt(text, part, start);
        budget.scan(8L * (found < 0 ? length : found - start + part.length()));
        return found;
    }

    /** Last offset of {@code part} that ends at or before {@code end}; -1 without one. */
    static int findLast(Budget budget, String text, String part, int end) {
        if ((long) end * part.length() <= SMALL || part.length() <= 2) {
            int found = text.lastIndexOf(part, end - part.length());
            budget.scan(found < 0 ? end : end - found);
            return found;
        }
        budget.text(2L * end + part.length());
        String reversed = reversed(text.substring(0, end));
        int found = find(budget, reversed, reversed(part), 0);
        return found < 0 ? -1 : end - found - part.length();
    }

    private static String reversed(String text) { // StringBuilder.reverse would keep pairs
        char[] units = text.toCharArray();
        for (int i = 0, j = units.length - 1; i < j; i++, j--) {
            char unit = units[i];
            units[i] = units[j];
            units[j] = unit;
        }
        return new String(units);
    }

    private static int knuthMorrisPratt(String text, String part, int start) {
        int[] borders = borders(part);
        int matched = 0;
        for (int i = start; i < text.length(); i++) {
            while (matched > 0 && text.charAt(i) != part.charAt(matched)) {
                matched = borders[matched - 1];
            }
            if (text.charAt(i) == part.charAt(matched) && ++matched == part.length()) {
                return i - matched + 1;
            }
        }
        return -1;
    }

    private static int[] borders(String part) {
        int[] borders = new int[part.length()];
        int length = 0;
        for (int i = 1; i < part.length(); i++) {
            while (length > 0 && part.charAt(i) != part.charAt(length)) {
                length = borders[length - 1];
            }
            if (part.charAt(i) == part.charAt(length)) {
                length++;
            }
            borders[i] = length;
        }
        return borders;
    }
}
