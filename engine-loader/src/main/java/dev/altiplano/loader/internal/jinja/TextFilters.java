package dev.altiplano.loader.internal.jinja;

import java.util.List;
import java.util.Map;

/** The filters that change texts. */
final class TextFilters {
    private static final int TRUNCATE_LEEWAY = 5;

    private TextFilters() {}

    static void addTo(Map<String, Method> table) {
        Method.add(table, "string", "", (render, self, _) -> render.str(self));
        Method.add(table, "upper", "", (r, self, _) -> TextCase.upper(charged(r, self)));
        Method.add(table, "lower", "", (r, self, _) -> TextCase.lower(charged(r, self)));
        Method.add(table, "capitalize", "", (r, self, _) -> TextCase.capitalize(charged(r, self)));
        Method.add(table, "title", "", (r, self, _) -> title(charged(r, self)));
        Method.add(table, "trim", "chars?", TextFilters::trim);
        Method.add(table, "replace", "old new count?", TextFilters::replace);
        Method.add(table, "center", "width?", TextFilters::center);
        Method.add(table, "indent", "width? first? blank?", TextFilters::indent);
        Method.add(table, "truncate", "length? killwords? end? leeway?", TextFilters::truncate);
        Method.add(table, "wordcount", "", (r, self, _) -> wordCount(charged(r, self)));
        Method.add(
                table,
                "wordwrap",
                "width? break_long_words? wrapstring? break_on_hyphens?",
                TextFilters::wrap);
        Method.add(table, "format", "*", TextFilters::format);
    }

    /** The text of a value, paid for once more because a new text follows from it. */
    private static String charged(Render render, Object self) {
        String text = render.str(self);
        render.budget().text(text.length());
        return text;
    }

    /** A capital behind each blank, dash or opening bracket, small letters elsewhere. */
    private static String title(String text) {
        StringBuilder out = new StringBuilder(text.length());
        int at = 0;
        while (at < text.length()) {
            int end = at;
            while (end < text.length() && separates(text.charAt(end))) {
                end++;
            }
            out.append(text, at, end);
            at = end;
            while (end < text.length() && !separates(text.charAt(end))) {
                end++;
            }
            if (end > at) {
                int first = at + Character.charCount(text.codePointAt(at));
                out.append(TextCase.upper(text.substring(at, first)))
                        .append(TextCase.lower(text.substring(first, end)));
            }
            at = end;
        }
        return out.toString();
    }

    private static boolean separates(char c) {
        return "-({[<".indexOf(c) >= 0 || Chars.isSpace(c);
    }

    private static Object trim(Render render, Object self, Bound arguments) {
        return TextParts.strip(render.budget(), render.str(self), arguments.orNull(0), true, true);
    }

    private static Object replace(Render render, Object self, Bound arguments) {
        Object count = arguments.orNull(2);
        return TextParts.replace(
                render.budget(),
                render.str(self),
                render.str(arguments.get(0)),
                render.str(arguments.get(1)),
                count == null ? -1 : Bound.integer(count));
    }

    private static Object center(Render render, Object self, Bound arguments) {
        return Padding.CENTER.apply(
                render.budget(), render.str(self), arguments.integer(0, 80), " ");
    }

    private static Object indent(Render render, Object self, Bound arguments) {
        Budget budget = render.budget();
        String indention =
                arguments.get(0, 4L) instanceof String text
                        ? text
                        : Arithmetic.repeatText(budget, " ", arguments.integer(0, 4));
        List<Object> lines = TextParts.lines(budget, Bound.text(self) + "\n", false);
        StringBuilder out = new StringBuilder(arguments.flag(1) ? indention : "");
        for (int i = 0; i < lines.size(); i++) {
            String line = (String) lines.get(i);
            boolean indented = i > 0 && (arguments.flag(2) || !line.isEmpty());
            budget.text(line.length() + 1L + (indented ? indention.length() : 0));
            out.append(i > 0 ? "\n" : "").append(indented ? indention : "").append(line);
        }
        return out.toString();
    }

    private static Object truncate(Render render, Object self, Bound arguments) {
        String end = arguments.text(2, "...");
        Object tolerance = arguments.orNull(3);
        long leeway = tolerance == null ? TRUNCATE_LEEWAY : Bound.integer(tolerance);
        long length = arguments.integer(0, 255);
        int endLength = end.codePointCount(0, end.length());
        if (length < endLength || leeway < 0) {
            throw new Fault("expected length >= %d and leeway >= 0", endLength);
        }
        int size = Types.length(render.budget(), self);
        if (size - leeway <= length) {
            return self;
        }
        String text = Bound.text(self);
        render.budget().text(text.length());
        String kept = text.substring(0, text.offsetByCodePoints(0, (int) length - endLength));
        int blank = arguments.flag(1) ? -1 : kept.lastIndexOf(' ');
        return (blank < 0 ? kept : kept.substring(0, blank)) + end;
    }

    private static long wordCount(String text) {
        long words = 0;
        boolean inWord = false;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            boolean part = c == '_' || Chars.isAlphanumeric(c);
            words += part && !inWord ? 1 : 0;
            inWord = part;
        }
        return words;
    }

    private static Object wrap(Render render, Object self, Bound arguments) {
        WordWrap wrap =
                new WordWrap(
                        render.budget(),
                        arguments.integer(0, 79),
                        arguments.flag(1, true),
                        arguments.flag(3, true));
        String separator = arguments.text(2, "\n");
        StringBuilder out = new StringBuilder();
        boolean first = true;
        for (Object paragraph : TextParts.lines(render.budget(), Bound.text(self), false)) {
            String lines = String.join(separator, wrap.lines((String) paragraph));
            render.budget().text(lines.length() + separator.length());
            out.append(first ? "" : separator).append(lines);
            first = false;
        }
        return out.toString();
    }

    private static Object format(Render render, Object self, Bound arguments) {
        Arguments given = arguments.arguments();
        if (!given.positional().isEmpty() && !given.named().isEmpty()) {
            throw new Fault("can't handle positional and keyword arguments at the same time");
        }
        Object values = new Tuple(given.positional());
        if (!given.named().isEmpty()) {
            Dict named = new Dict();
            given.named().forEach(named::put);
            values = named;
        }
        return PercentFormat.format(render.budget(), render.str(self), values);
    }
}
