package dev.altiplano.loader.internal;

import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.StoredTensor;
import dev.altiplano.loader.internal.SafetensorsHeader.Placed;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Turns the JSON text of a safetensors header into tensors, one after the other. */
final class HeaderParser {
    /**
     * Maverick with one module per expert and projection has 9216 of them, 9577 linear maps in all
     * its text and 9784 with the image tower. With codes, scales, shape, zero points, groups and a
     * scale for activations each, and what is never quantised, that is 59 500 tensors.
     */
    static final int MOST_TENSORS = 65_536;

    /** A tensor of two dimensions takes 13 tokens with its name, braces and brackets. */
    static final long MOST_TOKENS = 20L * MOST_TENSORS;

    private static final int MOST_DIMENSIONS = 16;
    static final String METADATA = "__metadata__";

    private final String file;
    private final JsonParser parser;
    private final long dataStart;
    private final long dataSize;

    /**
     * @param dataStart offset of the data in the file, in bytes
     * @param dataSize length of the data in bytes
     */
    HeaderParser(String file, JsonParser parser, long dataStart, long dataSize) {
        this.file = file;
        this.parser = parser;
        this.dataStart = dataStart;
        this.dataSize = dataSize;
    }

    /** Parses the whole text. */
    List<Placed> parse() {
        parser.nextToken();
        require(parser.currentToken() == JsonToken.START_OBJECT, "header", "an object");
        List<Placed> tensors = new ArrayList<>();
        Set<String> names = new HashSet<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            if (!names.add(name)) {
                throw wrong(name, "is there twice");
            } else if (name.equals(METADATA)) {
                skipMetadata();
            } else if (tensors.size() == MOST_TENSORS) {
                throw new CheckpointException(
                        "%s: header has more than %d tensors".formatted(file, MOST_TENSORS));
            } else {
                tensors.add(tensor(name));
            }
        }
        parser.nextToken(); // fails unless nothing but white space follows
        require(parser.currentToken() == null, "header", "nothing after its object");
        return tensors;
    }

    /** Notes of whoever wrote the file: strings, which mean nothing here. */
    private void skipMetadata() {
        require(parser.currentToken() == JsonToken.START_OBJECT, METADATA, "an object");
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            parser.nextToken();
            require(parser.currentToken() == JsonToken.VALUE_STRING, METADATA, "strings only");
        }
    }

    private Placed tensor(String name) {
        require(parser.currentToken() == JsonToken.START_OBJECT, name, "an object");
        String dtype = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "dtype" -> dtype = first(name, dtype, dtype(name));
                case "shape" -> shape = first(name, shape, numbers(name));
                case "data_offsets" -> offsets = first(name, offsets, numbers(name));
                default -> parser.skipChildren(); // the format may grow
            }
        }
        if (dtype == null || shape == null || offsets == null) {
            throw wrong(name, "lacks one of dtype, shape and data_offsets");
        }
        long bytes = bytes(name, dtype, shape);
        long begin = begin(name, offsets, bytes);
        return new Placed(new StoredTensor(name, dtype, shape, bytes, file), dataStart + begin);
    }

    private <T> T first(String name, @Nullable T before, T now) {
        if (before != null) {
            throw wrong(name, "has one of dtype, shape and data_offsets twice");
        }
        return now;
    }

    private String dtype(String name) {
        require(parser.currentToken() == JsonToken.VALUE_STRING, name, "a string as dtype");
        String dtype = parser.getString();
        if (!StoredDType.isKnown(dtype)) {
            throw wrong(name, "has unknown dtype '%s'".formatted(Shown.text(dtype)));
        }
        return dtype.intern(); // one of twenty: not kept once per tensor
    }

    private List<Long> numbers(String name) {
        require(parser.currentToken() == JsonToken.START_ARRAY, name, "a list of integers");
        List<Long> numbers = new ArrayList<>(3);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            require(isLength(), name, "integers from 0 to 2^63 - 1 in shape and data_offsets");
            require(numbers.size() < MOST_DIMENSIONS, name, "at most 16 numbers");
            numbers.add(parser.getLongValue());
        }
        return List.copyOf(numbers);
    }

    private boolean isLength() {
        return parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                && parser.getLongValue() >= 0;
    }

    private long bytes(String name, String dtype, List<Long> shape) {
        try {
            return StoredDType.bytes(dtype, shape);
        } catch (ArithmeticException e) {
            throw wrong(name, "has impossible shape %s of %s".formatted(shape, dtype));
        }
    }

    private long begin(String name, List<Long> offsets, long bytes) {
        if (offsets.size() != 2
                || offsets.get(0) > offsets.get(1)
                || offsets.get(1) - offsets.get(0) != bytes) {
            throw wrong(
                    name,
                    "has data_offsets %s, expected two that are %d apart (bytes of dtype and shape)"
                            .formatted(offsets, bytes));
        }
        if (offsets.get(1) > dataSize) {
            throw wrong(
                    name,
                    "ends at byte %d of the data, expected at most %d (end of the file)"
                            .formatted(offsets.get(1), dataSize));
        }
        return offsets.get(0);
    }

    private void require(boolean right, String name, String expected) {
        if (!right) {
            throw wrong(name, "has %s, expected %s".formatted(shownToken(), expected));
        }
    }

    private String shownToken() {
        @Nullable JsonToken token = parser.currentToken();
        return token == null ? "nothing" : "'%s'".formatted(Shown.text(parser.getString()));
    }

    private CheckpointException wrong(String name, String fault) {
        return new CheckpointException(
                "%s: tensor '%s' %s".formatted(file, Shown.text(name), fault));
    }
}
