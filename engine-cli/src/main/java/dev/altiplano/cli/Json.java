package dev.altiplano.cli;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

import java.nio.file.Path;

/**
 * JSON in and out as plain values: String, Boolean, Integer, Long, BigInteger, Double, null, List,
 * and Map in the order of the text.
 */
final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.shared();
    private static final ObjectWriter PRETTY = MAPPER.writerWithDefaultPrettyPrinter();

    private Json() {}

    /**
     * Reads a file that holds one value.
     *
     * @throws CommandException naming file and line if it is no JSON
     */
    static @Nullable Object read(Path file) {
        try {
            return MAPPER.readValue(TextFile.read(file), Object.class);
        } catch (JacksonException e) {
            TokenStreamLocation where = e.getLocation();
            throw CommandException.failed(
                    "%s:%d:%d: %s"
                            .formatted(
                                    file,
                                    where == null ? 1 : where.getLineNr(),
                                    where == null ? 1 : where.getColumnNr(),
                                    e.getOriginalMessage()));
        }
    }

    /** Reads a text that is one JSON string, or null if it is something else. */
    static @Nullable String readString(String text) {
        try {
            return MAPPER.readValue(text, Object.class) instanceof String string ? string : null;
        } catch (JacksonException _) {
            return null;
        }
    }

    /** Writes a value on several lines. */
    static String pretty(Object value) {
        return PRETTY.writeValueAsString(value);
    }
}
