package dev.altiplano.loader.internal.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;

/** The methods of Python's {@code str}. Positions and widths count code points. */
final class StringMethods {
    static final Map<String, Method> TABLE = new HashMap<>();

    static {
        transforms();
        predicates();
        splitting();
        searching();
        padding();
        add("format", "*", (render, text, a) -> BraceFormat.format(render, text, a.arguments()));
        add("format_map", "/mapping", StringMethods::formatMap);
        add("join", "/iterable", (render, text, a) -> join(render, text, a.get(0)));
        add("replace", "/old /new count?", StringMethods::replace);
        add("encode", "encoding? errors?", StringMethods::unsupported);
        add("translate", "/table", StringMethods::unsupported);
        add("maketrans", "*", StringMethods::unsupported);
    }

    private StringMethods() {}

    /** A method whose value is known to be a text. */
    private interface TextBody {
        Object apply(Render render, String text, Bound arguments);
    }

    private static void add(String name, String parameters, TextBody body) {
        Method.add(
                TABLE,
                name,
                parameters,
                (render, self, arguments) -> {
                    String text = (String) self;
                    render.budget().scan(text.length());
                    return body.apply(render, text, arguments);
                });
    }

    private static void transforms() {
        transform("upper", TextCase::upper);
        transform("lower", TextCase::lower);
        transform("casefold", TextCase::fold);
        transform("capitalize", TextCase::capitalize);
        transform("title", TextCase::title);
        transform("swapcase", TextCase::swap);
        add("strip", "/chars?", (render, text, a) -> strip(render, text, a, true, true));
        add("lstrip", "/chars?", (render, text, a) -> strip(render, text, a, true, false));
        add("rstrip", "/chars?", (render, text, a) -> strip(render, text, a, false, true));
        add("removeprefix", "/prefix", (r, text, a) -> without(r, text, a.text(0), true));
        add("removesuffix", "/suffix", (r, text, a) -> without(r, text, a.text(0), false));
    }

    private static String without(Render render, String text, String affix, boolean start) {
        render.budget().text(text.length());
        int end = text.length() - affix.length();
        if (start) {
            return text.startsWith(affix) ? text.substring(affix.length()) : text;
        }
        return text.endsWith(affix) ? text.substring(0, end) : text;
    }

    private static void transform(String name, UnaryOperator<String> change) {
        add(
                name,
                "",
                (render, text, _) -> {
                    render.budget().text(text.length());
                    return change.apply(text);
                });
    }

    private static Object strip(
            Render render, String text, Bound arguments, boolean left, boolean right) {
        return TextParts.strip(render.budget(), text, arguments.orNull(0), left, right);
    }

    private static void predicates() {
        every("isalpha", Character::isLetter);
        every("isdecimal", Chars::isDecimal);
        every("isdigit", Chars::isDigit);
        every("isnumeric", Chars::isNumeric);
        every("isalnum", Chars::isAlphanumeric);
        every("isspace", Chars::isSpace);
        add("isprintable", "", (_, text, _) -> text.codePoints().allMatch(Chars::isPrintable));
        add("isascii", "", (_, text, _) -> text.chars().allMatch(c -> c < 128));
        add("islower", "", (_, text, _) -> TextCase.isLower(text));
        add("isupper", "", (_, text, _) -> TextCase.isUpper(text));
        add("istitle", "", (_, text, _) -> TextCase.isTitle(text));
        add("isidentifier", "", (_, text, _) -> TextCase.isIdentifier(text));
        add("startswith", "/prefix /start? /end?", (r, t, a) -> affix(r, t, a, true));
        add("endswith", "/suffix /start? /end?", (r, t, a) -> affix(r, t, a, false));
    }

    private static void every(String name, IntPredicate predicate) {
        add(name, "", (_, text, _) -> !text.isEmpty() && text.codePoints().allMatch(predicate));
    }

    private static Object affix(Render render, String text, Bound arguments, boolean start) {
        Span span = Span.of(text, arguments);
        Object wanted = arguments.get(0);
        List<Object> affixes = wanted instanceof Tuple tuple ? tuple.items() : List.of(wanted);
        for (Object item : affixes) {
            String affix = Bound.text(item);
            render.budget().scan(affix.length());
            boolean fits = span.exists() && affix.length() <= span.end() - span.start();
            int offset = start ? span.start() : span.end() - affix.length();
            if (fits && text.startsWith(affix, offset)) {
                return true;
            }
        }
        return false;
    }

    private static void splitting() {
        add(
                "split",
                "sep? maxsplit?",
                (r, text, a) -> TextParts.split(r.budget(), text, a.orNull(0), a.integer(1, -1)));
        add(
                "rsplit",
                "sep? maxsplit?",
                (r, text, a) ->
                        TextParts.splitRight(r.budget(), text, a.orNull(0), a.integer(1, -1)));
        add(
                "splitlines",
                "keepends?",
                (r, text, a) -> TextParts.lines(r.budget(), text, a.flag(0)));
        add("partition", "/sep", (r, text, a) -> partition(r, text, separator(a), false));
        add("rpartition", "/sep", (r, text, a) -> partition(r, text, separator(a), true));
    }

    private static String separator(Bound arguments) {
        String separator = arguments.text(0);
        if (separator.isEmpty()) {
            throw new Fault("empty separator");
        }
        return separator;
    }

    private static Object partition(Render render, String text, String separator, boolean last) {
        int at =
                last
                        ? Search.findLast(render.budget(), text, separator, text.length())
                        : Search.find(render.budget(), text, separator, 0);
        render.budget().text(text.length());
        if (at < 0) {
            return last ? Tuple.of("", "", text) : Tuple.of(text, "", "");
        }
        return Tuple.of(text.substring(0, at), separator, text.substring(at + separator.length()));
    }

    private static void searching() {
        add("find", "/sub /start? /end?", (r, text, a) -> find(r, text, a, false));
        add("rfind", "/sub /start? /end?", (r, text, a) -> find(r, text, a, true));
        add("index", "/sub /start? /end?", (r, text, a) -> found(find(r, text, a, false)));
        add("rindex", "/sub /start? /end?", (r, text, a) -> found(find(r, text, a, true)));
        add("count", "/sub /start? /end?", StringMethods::count);
    }

    private static long find(Render render, String text, Bound arguments, boolean last) {
        Span span = Span.of(text, arguments);
        if (!span.exists()) {
            return -1;
        }
        String inside = text.substring(0, span.end());
        String part = arguments.text(0);
        int at =
                last
                        ? Search.findLast(render.budget(), inside, part, inside.length())
                        : Search.find(render.budget(), inside, part, span.start());
        return at < span.start() ? -1 : text.codePointCount(0, at);
    }

    private static Object found(long position) {
        if (position < 0) {
            throw new Fault("substring not found");
        }
        return position;
    }

    private static Object count(Render render, String text, Bound arguments) {
        Span span = Span.of(text, arguments);
        String part = arguments.text(0);
        if (!span.exists()) {
            return 0L;
        }
        String inside = text.substring(span.start(), span.end());
        if (part.isEmpty()) {
            return inside.codePointCount(0, inside.length()) + 1L;
        }
        long count = 0;
        int at = Search.find(render.budget(), inside, part, 0);
        while (at >= 0) {
            count++;
            at = Search.find(render.budget(), inside, part, at + part.length());
        }
        return count;
    }

    private static void padding() {
        add("center", "/width /fillchar?", (r, text, a) -> pad(r, text, a, Padding.CENTER));
        add("ljust", "/width /fillchar?", (r, text, a) -> pad(r, text, a, Padding.RIGHT));
        add("rjust", "/width /fillchar?", (r, text, a) -> pad(r, text, a, Padding.LEFT));
        add("zfill", "/width", (r, text, a) -> Padding.zeros(r.budget(), text, a.integer(0)));
        add("expandtabs", "tabsize?", StringMethods::expandTabs);
    }

    private static Object pad(Render render, String text, Bound arguments, Padding padding) {
        String fill = arguments.text(1, " ");
        if (fill.codePointCount(0, fill.length()) != 1) {
            throw new Fault("The fill character must be exactly one character long");
        }
        return padding.apply(render.budget(), text, arguments.integer(0), fill);
    }

    private static Object expandTabs(Render render, String text, Bound arguments) {
        int size = Math.clamp(arguments.integer(0, 8), 0, 1000);
        StringBuilder out = new StringBuilder();
        int column = 0;
        for (int c : text.codePoints().toArray()) {
            if (c == '\t') {
                int blanks = size == 0 ? 0 : size - column % size;
                render.budget().write(2L * blanks);
                out.repeat(' ', blanks);
                column += blanks;
            } else {
                out.appendCodePoint(c);
                column = c == '\n' || c == '\r' ? 0 : column + 1;
            }
        }
        return out.toString();
    }

    /** Python's {@code separator.join(items)}; every item must be a text. */
    static String join(Render render, String separator, Object iterable) {
        StringBuilder out = new StringBuilder();
        int index = 0;
        for (Object item : Types.readable(render.budget(), iterable)) {
            if (!(item instanceof String text)) {
                throw new Fault(
                        "sequence item %d: expected str instance, %s found",
                        index, Types.name(item));
            }
            render.budget().write(2L * (text.length() + separator.length()));
            out.append(index++ == 0 ? "" : separator).append(text);
        }
        return out.toString();
    }

    private static Object replace(Render render, String text, Bound arguments) {
        return TextParts.replace(
                render.budget(),
                text,
                arguments.text(0),
                arguments.text(1),
                arguments.integer(2, -1));
    }

    private static Object formatMap(Render render, String text, Bound arguments) {
        if (!(arguments.get(0) instanceof Dict mapping)) {
            throw new Fault("format_map() needs a dict");
        }
        Map<String, Object> named = new HashMap<>();
        for (Dict.Entry entry : mapping.entries()) {
            if (entry.key() instanceof String name) {
                named.put(name, entry.value());
            }
        }
        return BraceFormat.format(render, text, new Arguments(new ArrayList<>(), named));
    }

    private static Object unsupported(Render render, String text, Bound arguments) {
        throw new Fault("this method of str is not supported in chat templates");
    }
}
