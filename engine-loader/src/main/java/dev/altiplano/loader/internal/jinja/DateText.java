package dev.altiplano.loader.internal.jinja;

import java.time.Clock;
import java.time.LocalDateTime;
import java.time.temporal.IsoFields;
import java.util.List;
import java.util.Locale;

/** Python's {@code datetime.now().strftime(format)} in the locale C. */
final class DateText {
    private static final List<String> MONTHS =
            List.of(
                    "January",
                    "February",
                    "March",
                    "April",
                    "May",
                    "June",
                    "July",
                    "August",
                    "September",
                    "October",
                    "November",
                    "December");
    private static final List<String> DAYS =
            List.of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday");

    private final LocalDateTime now;

    private DateText(LocalDateTime now) {
        this.now = now;
    }

    static String format(Budget budget, String format, Clock clock) {
        budget.text(16L * format.length());
        return new DateText(LocalDateTime.now(clock)).expand(format);
    }

    private String expand(String format) {
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
            String field = field(format.charAt(i));
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

    private String field(char code) {
        return switch (code) {
            case 'n' -> "\n";
            case 't' -> "\t";
            case '%' -> "%";
            case 'z', 'Z' -> ""; // the time has no zone
            case 'D', 'x' -> expand("%m/%d/%y");
            case 'F' -> expand("%Y-%m-%d");
            case 'T', 'X' -> expand("%H:%M:%S");
            case 'R' -> expand("%H:%M");
            case 'r' -> expand("%I:%M:%S %p");
            case 'c' -> expand("%a %b %e %H:%M:%S %Y");
            case 'H', 'I', 'k', 'l', 'M', 'S', 'f', 'p', 'P' -> time(code);
            default -> date(code);
        };
    }

    private String time(char code) {
        int hour = (now.getHour() + 11) % 12 + 1;
        return switch (code) {
            case 'H' -> digits("%02d", now.getHour());
            case 'I' -> digits("%02d", hour);
            case 'k' -> digits("%2d", now.getHour());
            case 'l' -> digits("%2d", hour);
            case 'M' -> digits("%02d", now.getMinute());
            case 'S' -> digits("%02d", now.getSecond());
            case 'f' -> digits("%06d", now.getNano() / 1000);
            case 'p' -> now.getHour() < 12 ? "AM" : "PM";
            default -> now.getHour() < 12 ? "am" : "pm";
        };
    }

    private String date(char code) {
        String month = MONTHS.get(now.getMonthValue() - 1);
        int weekday = now.getDayOfWeek().getValue(); // Monday is 1
        int day = now.getDayOfYear();
        return switch (code) {
            case 'd' -> digits("%02d", now.getDayOfMonth());
            case 'e' -> digits("%2d", now.getDayOfMonth());
            case 'm' -> digits("%02d", now.getMonthValue());
            case 'y' -> digits("%02d", now.getYear() % 100);
            case 'Y' -> digits("%d", now.getYear());
            case 'C' -> digits("%02d", now.getYear() / 100);
            case 'B' -> month;
            case 'b', 'h' -> month.substring(0, 3);
            case 'A' -> DAYS.get(weekday - 1);
            case 'a' -> DAYS.get(weekday - 1).substring(0, 3);
            case 'j' -> digits("%03d", day);
            case 'u' -> digits("%d", weekday);
            case 'w' -> digits("%d", weekday % 7);
            case 'U' -> digits("%02d", (day + 6 - weekday % 7) / 7);
            case 'W' -> digits("%02d", (day + 7 - weekday) / 7);
            case 'V' -> digits("%02d", now.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
            case 'G' -> digits("%d", now.get(IsoFields.WEEK_BASED_YEAR));
            case 'g' -> digits("%02d", now.get(IsoFields.WEEK_BASED_YEAR) % 100);
            default -> "%" + code;
        };
    }

    private static String digits(String format, int number) {
        return format.formatted(number);
    }
}
