package dev.altiplano.loader.internal.jinja;

/** Python's {@code str.format}: {@code {}}, {@code {0}}, {@code {name.attribute[key]!r:>8}}. */
final class BraceFormat {
    private static final int MAX_NESTING = 2;

    private final Render render;
    private final Arguments arguments;
    private int automatic; // the next number of {}, -1 once numbers were written

    private BraceFormat(Render render, Arguments arguments) {
        this.render = render;
        this.arguments = arguments;
    }

    static String format(Render render, String format, Arguments arguments) {
        return new BraceFormat(render, arguments).expand(format, MAX_NESTING);
    }

    private String expand(String format, int nesting) {
        if (nesting == 0) {
            throw new Fault("Max string recursion exceeded");
        }
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < format.length()) {
            char c = format.charAt(at);
            if (c != '{' && c != '}') {
                out.append(c);
                at++;
            } else if (at + 1 < format.length() && format.charAt(at + 1) == c) {
                out.append(c);
                at += 2;
            } else if (c == '}') {
                throw new Fault("Single '}' encountered in format string");
            } else {
                int end = fieldEnd(format, at);
                String field = field(format.substring(at + 1, end), nesting);
                render.budget().write(2L * field.length());
                out.append(field);
                at = end + 1;
            }
        }
        return out.toString();
    }

    private static int fieldEnd(String format, int start) {
        if (start + 1 == format.length()) {
            throw new Fault("Single '{' encountered in format string");
        }
        int depth = 0;
        for (int at = start; at < format.length(); at++) {
            char c = format.charAt(at);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (depth == 0) {
                return at;
            }
        }
        throw new Fault("expected '}' before end of string");
    }

    private String field(String field, int nesting) {
        int nameEnd = nameEnd(field);
        int at = nameEnd;
        char conversion = 0;
        if (at < field.length() && field.charAt(at) == '!') {
            if (at + 1 >= field.length()) {
                throw new Fault("end of string while looking for conversion specifier");
            }
            conversion = field.charAt(at + 1);
            at += 2;
            if (at < field.length() && field.charAt(at) != ':') {
                throw new Fault("expected ':' after conversion specifier");
            }
        }
        Object value = converted(value(field.substring(0, nameEnd)), conversion);
        String spec = at < field.length() ? expand(field.substring(at + 1), nesting - 1) : "";
        return FormatSpecReader.format(render.budget(), value, spec);
    }

    private static int nameEnd(String field) {
        boolean inBrackets = false;
        for (int at = 0; at < field.length(); at++) {
            char c = field.charAt(at);
            inBrackets = c == '[' || (inBrackets && c != ']');
            if (!inBrackets && (c == '!' || c == ':')) {
                return at;
            }
        }
        return field.length();
    }

    private Object converted(Object value, char conversion) {
        return switch (conversion) {
            case 0 -> value;
            case 's' -> render.str(value);
            case 'r' -> PythonText.repr(render.budget(), value);
            case 'a' -> ascii(value);
            default -> throw new Fault("Unknown conversion specifier '%s'", conversion);
        };
    }

    private String ascii(Object value) {
        return PercentFormat.ascii(render.budget(), PythonText.repr(render.budget(), value));
    }

    private Object value(String path) {
        int end = 0;
        while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
            end++;
        }
        if (end == 0 && !path.isEmpty()) {
            throw new Fault("a field of the format starts with '%s'", path.charAt(0));
        }
        Object value = first(path.substring(0, end));
        int at = end;
        while (at < path.length()) {
            int stop;
            if (path.charAt(at) == '.') {
                stop = at + 1;
                while (stop < path.length() && ".[".indexOf(path.charAt(stop)) < 0) {
                    stop++;
                }
                value = Attributes.attribute(render, value, path.substring(at + 1, stop));
            } else {
                stop = path.indexOf(']', at);
                if (path.charAt(at) != '[' || stop < 0) {
                    throw new Fault("Missing ']' in format string");
                }
                value = Attributes.item(render, value, key(path.substring(at + 1, stop)));
                stop++;
            }
            at = stop;
        }
        return value;
    }

    private static Object key(String text) {
        boolean number = !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return number && text.length() < 10 ? (Object) Long.valueOf(text) : text;
    }

    private Object first(String name) {
        if (name.isEmpty()) {
            if (automatic < 0) {
                throw new Fault(
                        "cannot switch from manual field specification to automatic field"
                                + " numbering");
            }
            return positional(automatic++);
        }
        if (key(name) instanceof Long number) {
            if (automatic > 0) {
                throw new Fault(
                        "cannot switch from automatic field numbering to manual field"
                                + " specification");
            }
            automatic = -1;
            return positional(number.intValue());
        }
        Object value = arguments.named().get(name);
        if (value == null) {
            throw new Fault("the format has no argument %s", PythonText.quote(name));
        }
        return value;
    }

    private Object positional(int number) {
        if (number >= arguments.positional().size()) {
            throw new Fault("Replacement index %d out of range for positional args tuple", number);
        }
        return arguments.positional().get(number);
    }
}
