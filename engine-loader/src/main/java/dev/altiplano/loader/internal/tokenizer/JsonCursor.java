package dev.altiplano.loader.internal.tokenizer;

import dev.altiplano.loader.CheckpointException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/** Walks through a JSON file without building a tree; faults name the file and the field. */
final class JsonCursor implements AutoCloseable {
    private static final int MAX_TEXT = 1 << 16; // the longest published token has 128 characters
    private static final int MAX_NODES = 10_000; // of a value that is taken as a whole
    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    // Names are tokens here: a table of 200 000 names would only cost
                    .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                    .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(64)
                                    .maxStringLength(MAX_TEXT)
                                    .maxNameLength(MAX_TEXT)
                                    .maxNumberLength(100)
                                    .build())
                    .build();

    private final String file;
    private final JsonParser parser;

    JsonCursor(String file, Reader reader) {
        this.file = file;
        this.parser = FACTORY.createParser(ObjectReadContext.empty(), reader);
    }

    /** The parser, standing at the current token; for loops that must be fast. */
    JsonParser parser() {
        return parser;
    }

    /** Runs a walk through the file; what the parser cannot read becomes a fault with its place. */
    void walk(Consumer<JsonCursor> action) {
        try {
            action.accept(this);
        } catch (JacksonException e) {
            throw new CheckpointException(file + ": " + reason(e), e);
        }
    }

    private String reason(JacksonException e) {
        if (e.getCause() instanceof CharacterCodingException) {
            return "has bytes that are not UTF-8";
        }
        if (e.getCause() instanceof IOException cause) {
            return "cannot be read: " + cause;
        }
        var place = parser.currentLocation();
        return "%s at line %d, column %d: %s"
                .formatted(
                        e instanceof StreamConstraintsException
                                ? "is larger than allowed"
                                : "is not valid JSON",
                        place.getLineNr(),
                        place.getColumnNr(),
                        e.getOriginalMessage());
    }

    /**
     * Reads the object that comes next; repeated names are a fault.
     *
     * @param members told each name; takes the value by another method of this cursor
     */
    void object(String path, Consumer<String> members) {
        Set<String> names = new HashSet<>();
        entries(
                path,
                name -> {
                    if (!names.add(name)) {
                        throw fault(path, "has '%s' twice".formatted(name), "it once");
                    }
                    members.accept(name);
                });
    }

    /** Like {@link #object}, but noticing repeated names is left to the caller. */
    void entries(String path, Consumer<String> members) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw wrongType(path, "an object");
        }
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            members.accept(name);
        }
        if (parser.currentToken() != JsonToken.END_OBJECT) {
            throw wrongType(path, "an object that ends");
        }
    }

    /** Reads the array that comes next; {@code element} finds the parser at each element's start. */
    void array(String path, Runnable element) {
        if (parser.nextToken() != JsonToken.START_ARRAY) {
            throw wrongType(path, "an array");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            element.run();
        }
    }

    /** Reads the token id that comes next. */
    int id(String path, String name) {
        boolean number = parser.nextToken() == JsonToken.VALUE_NUMBER_INT;
        if (number && parser.getNumberType() == JsonParser.NumberType.INT) {
            int id = parser.getIntValue();
            if (id >= 0 && id < Vocabulary.MAX_IDS) {
                return id;
            }
        }
        String found = number ? "is " + shown(parser.getString()) : "is " + type();
        throw fault(
                path + "." + shown(name), found, "an id from 0 to " + (Vocabulary.MAX_IDS - 1));
    }

    /** Passes over the value that comes next. */
    void skip() {
        parser.nextToken();
        parser.skipChildren();
    }

    /** Takes the value that comes next as a whole. */
    @Nullable Object value(String path) {
        parser.nextToken();
        return currentValue(path);
    }

    /** Takes the value that starts at the current token as a whole. */
    @Nullable Object currentValue(String path) {
        return new Whole(path).read();
    }

    /** Checks that nothing follows. */
    void end() {
        if (parser.nextToken() != null) {
            throw fault("the file", "goes on after its object", "the end");
        }
    }

    CheckpointException fault(String path, String found, String expected) {
        return new CheckpointException(
                "%s: '%s' %s, expected %s".formatted(file, path, found, expected));
    }

    CheckpointException wrongType(String path, String expected) {
        return fault(path, "is " + type(), expected);
    }

    @Override
    public void close() {
        parser.close();
    }

    /** A text of the file as it may appear in a message. */
    static String shown(String text) {
        String start = text.substring(0, Math.min(text.length(), 40)).replaceAll("\\p{Cntrl}", "?");
        return text.length() > 40 ? start + "…" : start;
    }

    private String type() {
        return switch (parser.currentToken()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            case VALUE_TRUE -> "true";
            case VALUE_FALSE -> "false";
            case VALUE_NULL -> "null";
            case null, default -> "cut off";
        };
    }

    /** Reads one value with everything in it: maps, lists, strings, numbers, booleans, null. */
    private final class Whole {
        private final String path;
        private int nodes;

        Whole(String path) {
            this.path = path;
        }

        @Nullable Object read() {
            if (++nodes > MAX_NODES) {
                throw fault(path, "has over %d values".formatted(MAX_NODES), "fewer");
            }
            return switch (parser.currentToken()) {
                case START_OBJECT -> object();
                case START_ARRAY -> array();
                case VALUE_STRING -> parser.getString();
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
                case VALUE_TRUE -> true;
                case VALUE_FALSE -> false;
                case VALUE_NULL -> null;
                case null, default -> throw wrongType(path, "a value");
            };
        }

        private Map<String, @Nullable Object> object() {
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                if (members.containsKey(name)) {
                    throw fault(path, "has '%s' twice".formatted(shown(name)), "it once");
                }
                members.put(name, read());
            }
            return members;
        }

        private List<@Nullable Object> array() {
            List<@Nullable Object> elements = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                elements.add(read());
            }
            return elements;
        }
    }
}
