package dev.altiplano.loader.internal.jinja;

import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The filters for HTML and addresses. Texts are never marked as safe: nothing escapes them. */
final class WebFilters {
    private static final String UNRESERVED = "_.-~";

    private WebFilters() {}

    static void addTo(Map<String, Method> table) {
        for (String name : List.of("e", "escape", "forceescape")) {
            Method.add(table, name, "", (render, self, _) -> escape(render, self));
        }
        Method.add(table, "safe", "", (render, self, _) -> render.str(self));
        Method.add(table, "striptags", "", WebFilters::stripTags);
        Method.add(table, "urlencode", "", WebFilters::urlEncode);
        Method.add(table, "xmlattr", "autospace?", WebFilters::attributes);
        Method.add(table, "urlize", "*", WebFilters::refused);
    }

    private static Object refused(Render render, Object self, Bound arguments) {
        throw new Fault("the filter urlize is not supported in chat templates");
    }

    private static String escape(Render render, Object value) {
        String text = render.str(value);
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '\'' -> out.append("&#39;");
                case '"' -> out.append("&#34;");
                default -> out.append(c);
            }
            render.budget().write(c < '?' ? 8 : 2); // the longest name, in text and builder
        }
        return out.toString();
    }

    private static Object stripTags(Render render, Object self, Bound arguments) {
        String text = render.str(self);
        Budget budget = render.budget();
        budget.text(2L * text.length());
        String bare = without(without(text, "<!--", "-->"), "<", ">");
        return unescape(StringMethods.join(render, " ", TextParts.split(budget, bare, null, -1)));
    }

    private static String without(String text, String open, String close) {
        StringBuilder out = new StringBuilder(text.length());
        int at = 0;
        while (true) {
            int start = text.indexOf(open, at);
            int end = start < 0 ? -1 : text.indexOf(close, start);
            if (end < 0) {
                return out.append(text, at, text.length()).toString();
            }
            out.append(text, at, start);
            at = end + close.length();
        }
    }

    private static String unescape(String text) {
        return text.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&#34;", "\"")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&nbsp;", "\u00a0")
                .replace("&amp;", "&");
    }

    private static Object urlEncode(Render render, Object self, Bound arguments) {
        if (self instanceof String || !Types.isIterable(self)) {
            return quote(render, self, false);
        }
        Object pairs = self instanceof Dict dict ? new View(View.Kind.ITEMS, dict) : self;
        StringBuilder out = new StringBuilder();
        Iterator<Object> items = Types.iterator(render.budget(), pairs);
        while (items.hasNext()) {
            List<Object> pair = Types.list(render.budget(), items.next());
            if (pair.size() != 2) {
                throw new Fault("urlencode needs pairs of a key and a value");
            }
            out.append(out.isEmpty() ? "" : "&")
                    .append(quote(render, pair.get(0), true))
                    .append('=')
                    .append(quote(render, pair.get(1), true));
        }
        return out.toString();
    }

    private static String quote(Render render, Object value, boolean query) {
        String text = render.str(value);
        render.budget().text(9L * text.length());
        StringBuilder out = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain =
                    c < 128
                            && (Character.isLetterOrDigit(c)
                                    || UNRESERVED.indexOf(c) >= 0
                                    || (c == '/' && !query));
            if (plain) {
                out.append(c);
            } else if (query && c == ' ') {
                out.append('+');
            } else {
                out.append("%%%02X".formatted((int) c));
            }
        }
        return out.toString();
    }

    private static Object attributes(Render render, Object self, Bound arguments) {
        if (!(self instanceof Dict dict)) {
            throw new Fault("xmlattr needs a dict, not %s", Types.name(self));
        }
        StringBuilder out = new StringBuilder();
        for (Dict.Entry entry : dict.entries()) {
            if (entry.value() == None.NONE || entry.value() instanceof Undefined) {
                continue;
            }
            String key = Bound.text(entry.key());
            if (key.chars().anyMatch(c -> "/>=".indexOf(c) >= 0 || (c < 128 && Chars.isSpace(c)))) {
                String shown = PythonText.quote(key);
                throw new Fault("Invalid character in attribute name: %s", shown);
            }
            String value = escape(render, entry.value());
            out.append(out.isEmpty() ? "" : " ").append(escape(render, key));
            out.append("=\"").append(value).append('"');
        }
        return arguments.flag(0, true) && !out.isEmpty() ? " " + out : out.toString();
    }
}
