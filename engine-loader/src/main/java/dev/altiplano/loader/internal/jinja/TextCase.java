package dev.altiplano.loader.internal.jinja;

import java.util.Locale;

/** Upper and lower case, as {@code str} has it in every locale. */
final class TextCase {
    private static final String DOTLESS_I = "\u0131"; // whose capital has another small letter

    private TextCase() {}

    static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /** Case folding: sharp s becomes ss, a final sigma one like the others. */
    static String fold(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .mapToObj(Character::toString)
                .map(c -> c.equals(DOTLESS_I) ? c : lower(upper(c)))
                .forEach(out::append);
        return out.toString();
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.codePointAt(0);
        return Chars.title(first) + lower(text.substring(Character.charCount(first)));
    }

    /** A capital for each letter that no letter stands before. */
    static String title(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean inWord = false;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            out.append(inWord ? lower(Character.toString(c)) : Chars.title(c));
            inWord = Chars.isCased(c);
        }
        return out.toString();
    }

    static String swap(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().mapToObj(Character::toString).map(TextCase::swapOne).forEach(out::append);
        return out.toString();
    }

    private static String swapOne(String character) {
        int c = character.codePointAt(0);
        if (Character.isUpperCase(c)) {
            return lower(character);
        }
        return Character.isLowerCase(c) ? upper(character) : character;
    }

    static boolean isLower(String text) {
        return text.codePoints().anyMatch(Character::isLowerCase)
                && text.codePoints()
                        .noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
    }

    static boolean isUpper(String text) {
        return text.codePoints().anyMatch(Character::isUpperCase)
                && text.codePoints()
                        .noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
    }

    static boolean isTitle(String text) {
        boolean inWord = false;
        boolean any = false;
        for (int c : text.codePoints().toArray()) {
            boolean capital = Character.isUpperCase(c) || Character.isTitleCase(c);
            if (capital == inWord && Chars.isCased(c)) {
                return false;
            }
            inWord = Chars.isCased(c);
            any |= inWord;
        }
        return any;
    }

    static boolean isIdentifier(String text) {
        if (text.isEmpty()) {
            return false;
        }
        int first = text.codePointAt(0);
        return (first == '_' || Character.isUnicodeIdentifierStart(first))
                && text.codePoints()
                        .allMatch(c -> c == '_' || Character.isUnicodeIdentifierPart(c));
    }
}
