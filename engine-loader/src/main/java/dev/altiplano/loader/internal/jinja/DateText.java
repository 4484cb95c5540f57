package dev.altiplano.loader.internal.jinja;

import java.time.Clock;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Python's {@code datetime.now().strftime(format)} in the locale C. */
final class DateText {
    private DateText() {}

    static String format(Budget budget, String format, Clock clock) {
        budget.text(16L * format.length());
        LocalDateTime now = LocalDateTime.now(clock);
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                out.append(c);
                continue;
            }
            char flag = format.charAt(i + 1);
            boolean flagged = "-_0^#".indexOf(flag) >= 0 && i + 2 < format.length();
            i += flagged ? 2 : 1;
            String field = field(format.charAt(i), now);
            out.append(flagged ? flagged(field, flag) : field);
        }
        return out.toString();
    }

    private static String flagged(String field, char flag) {
        String digits = field.strip();
        int zeros = 0;
        while (zeros < digits.length() - 1 && digits.charAt(zeros) == '0') {
            zeros++;
        }
        String bare = digits.substring(zeros);
        return switch (flag) {
            case '-' -> bare;
            case '_' -> " ".repeat(field.length() - bare.length()) + bare;
            case '0' -> "0".repeat(field.length() - digits.length()) + digits;
            case '^' -> field.toUpperCase(Locale.ROOT);
            default -> field;
        };
    }

    private static String field(char code, LocalDateTime now) {
        return switch (code) {
            case 'n' -> "\n";
            case 't' -> "\t";
            case '%' -> "%";
            case 'z', 'Z' -> "";
            case 'U' -> two((now.getDayOfYear() + 6 - now.getDayOfWeek().getValue() % 7) / 7);
            case 'W' -> two((now.getDayOfYear() + 7 - now.getDayOfWeek().getValue()) / 7);
            case 'w' -> Integer.toString(now.getDayOfWeek().getValue() % 7);
            case 'C' -> two(now.getYear() / 100);
            case 'e' -> blank(now.getDayOfMonth());
            case 'k' -> blank(now.getHour());
            case 'l' -> blank((now.getHour() + 11) % 12 + 1);
            case 'P' -> now.getHour() < 12 ? "am" : "pm";
            default -> {
                String pattern = pattern(code);
                yield pattern.isEmpty()
                        ? "%" + code
                        : DateTimeFormatter.ofPattern(pattern, Locale.ROOT).format(now);
            }
        };
    }

    private static String two(int number) {
        return "%02d".formatted(number);
    }

    private static String blank(int number) {
        return "%2d".formatted(number);
    }

    /** The same field as {@link DateTimeFormatter} names it; empty if there is none. */
    private static String pattern(char code) {
        return switch (code) {
            case 'd' -> "dd";
            case 'm' -> "MM";
            case 'y' -> "uu";
            case 'Y' -> "uuuu";
            case 'b', 'h' -> "MMM";
            case 'B' -> "MMMM";
            case 'a' -> "EEE";
            case 'A' -> "EEEE";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'M' -> "mm";
            case 'S' -> "ss";
            case 'f' -> "SSSSSS";
            case 'p' -> "a";
            case 'j' -> "DDD";
            case 'u' -> "e";
            case 'V' -> "ww";
            case 'G' -> "YYYY";
            case 'g' -> "YY";
            case 'D', 'x' -> "MM/dd/uu";
            case 'F' -> "uuuu-MM-dd";
            case 'T', 'X' -> "HH:mm:ss";
            case 'R' -> "HH:mm";
            case 'r' -> "hh:mm:ss a";
            case 'c' -> "EEE MMM ppd HH:mm:ss uuuu";
            default -> "";
        };
    }
}
