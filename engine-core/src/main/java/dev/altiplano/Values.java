package dev.altiplano;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Messages, and the values that JSON can express, as bytes. */
final class Values {
    /** A value that holds values that hold values … is followed so deep. */
    private static final int DEEPEST = 200;

    private Values() {}

    static void write(DataOutputStream out, @Nullable String text) throws IOException {
        if (text == null) {
            out.writeInt(-1);
            return;
        }
        byte[] bytes = text.getBytes(UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static @Nullable String string(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < -1 || count > in.available()) {
            throw new IOException(
                    "a text of %d bytes in the %d that are left".formatted(count, in.available()));
        }
        return count < 0 ? null : new String(in.readNBytes(count), UTF_8);
    }

    private static String text(DataInputStream in) throws IOException {
        String text = string(in);
        if (text == null) {
            throw new IOException("a text is missing");
        }
        return text;
    }

    static void write(DataOutputStream out, Message message) throws IOException {
        write(out, message.role());
        out.writeInt(message.content().size());
        for (Content part : message.content()) {
            switch (part) {
                case Content.Text(String text) -> {
                    out.writeByte('t');
                    write(out, text);
                }
                case Image image -> {
                    out.writeByte('i');
                    image.write(out);
                }
            }
        }
        out.writeInt(message.toolCalls().size());
        for (ToolCall call : message.toolCalls()) {
            write(out, call.name());
            write(out, call.arguments(), 0);
        }
    }

    static Message message(DataInputStream in) throws IOException {
        String role = text(in);
        List<Content> content = new ArrayList<>();
        for (int i = SavedSession.count(in, Integer.BYTES); i > 0; i--) {
            content.add(content(in));
        }
        List<ToolCall> calls = new ArrayList<>();
        for (int i = SavedSession.count(in, Integer.BYTES); i > 0; i--) {
            String name = text(in);
            if (!(value(in, 0) instanceof Map<?, ?> arguments)) {
                throw new IOException("the arguments of '" + name + "' are no object");
            }
            calls.add(new ToolCall(name, named(arguments)));
        }
        return new Message(role, content, calls);
    }

    private static Content content(DataInputStream in) throws IOException {
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case 't' -> Content.text(text(in));
            case 'i' -> Image.read(in);
            default -> throw new IOException("a part of a message of kind " + kind);
        };
    }

    private static Map<String, Object> named(Map<?, ?> values) {
        Map<String, Object> named = new LinkedHashMap<>();
        values.forEach((name, value) -> named.put((String) name, value));
        return named;
    }

    private static void write(DataOutputStream out, @Nullable Object value, int depth)
            throws IOException {
        if (depth > DEEPEST) {
            throw new IOException("values lie in each other deeper than " + DEEPEST);
        }
        switch (value) {
            case null -> out.writeByte('n');
            case Boolean b -> out.writeByte(b ? 't' : 'f');
            case String s -> {
                out.writeByte('s');
                write(out, s);
            }
            case Number n -> writeNumber(out, n);
            case List<?> list -> {
                out.writeByte('l');
                out.writeInt(list.size());
                for (Object element : list) {
                    write(out, element, depth + 1);
                }
            }
            case Map<?, ?> map -> {
                out.writeByte('m');
                out.writeInt(map.size());
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    write(out, String.valueOf(entry.getKey()));
                    write(out, entry.getValue(), depth + 1);
                }
            }
            default ->
                    throw new IOException(
                            "cannot be saved: the %s in the arguments of a function, expected values that JSON can express"
                                    .formatted(value.getClass().getName()));
        }
    }

    private static void writeNumber(DataOutputStream out, Number number) throws IOException {
        switch (number) {
            case Double d -> {
                out.writeByte('d');
                out.writeDouble(d);
            }
            case Float f -> {
                out.writeByte('d');
                out.writeDouble(f);
            }
            case BigDecimal d -> {
                out.writeByte('D');
                write(out, d.toString());
            }
            case BigInteger i -> {
                out.writeByte('I');
                write(out, i.toString());
            }
            case Integer i -> {
                out.writeByte('i');
                out.writeInt(i);
            }
            default -> {
                out.writeByte('j');
                out.writeLong(number.longValue());
            }
        }
    }

    private static @Nullable Object value(DataInputStream in, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new IOException("values lie in each other deeper than " + DEEPEST);
        }
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case 'n' -> null;
            case 't' -> true;
            case 'f' -> false;
            case 's' -> text(in);
            case 'i' -> in.readInt();
            case 'j' -> in.readLong();
            case 'd' -> in.readDouble();
            case 'D', 'I' -> number(kind, text(in));
            case 'l' -> list(in, depth);
            case 'm' -> map(in, depth);
            default -> throw new IOException("a value of kind " + kind);
        };
    }

    private static Number number(int kind, String digits) throws IOException {
        try {
            return kind == 'D' ? new BigDecimal(digits) : new BigInteger(digits);
        } catch (NumberFormatException e) {
            throw new IOException("'" + digits + "' is no number", e);
        }
    }

    private static List<@Nullable Object> list(DataInputStream in, int depth) throws IOException {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = SavedSession.count(in, 1); i > 0; i--) {
            list.add(value(in, depth + 1));
        }
        return list;
    }

    private static Map<String, @Nullable Object> map(DataInputStream in, int depth)
            throws IOException {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = SavedSession.count(in, 1); i > 0; i--) {
            String name = text(in);
            map.put(name, value(in, depth + 1));
        }
        return map;
    }
}
