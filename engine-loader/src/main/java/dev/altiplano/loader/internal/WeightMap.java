package dev.altiplano.loader.internal;

import dev.altiplano.loader.CheckpointException;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads {@code model.safetensors.index.json}: {@code weight_map} says which file holds a tensor.
 * {@code metadata} is skipped; its sizes are wrong in too many folders.
 */
final class WeightMap {
    private static final int LARGEST_FILE = 16 << 20;
    private static final long MOST_TOKENS = 3L * HeaderParser.MOST_TENSORS;
    private static final String FIELD = "weight_map";

    private final String file;
    private final JsonParser parser;
    private final Map<String, String> shardNames = new HashMap<>(); // one string per shard

    private WeightMap(String file, JsonParser parser) {
        this.file = file;
        this.parser = parser;
    }

    /** File name by tensor name, in the order of the index. */
    static Map<String, String> read(Path index) {
        String file = SmallFile.name(index);
        try (InputStream json = SmallFile.stream(index, LARGEST_FILE);
                JsonParser parser = BoundedJson.parser(json, MOST_TOKENS)) {
            return new WeightMap(file, parser).parse();
        } catch (JacksonException e) {
            throw BoundedJson.broken(file, e);
        } catch (IOException e) {
            throw SmallFile.unreadable(file, e);
        }
    }

    private Map<String, String> parse() {
        Map<String, String> shardOf = new LinkedHashMap<>();
        parser.nextToken();
        require(JsonToken.START_OBJECT, "the file", "an object");
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            if (field.equals(FIELD)) {
                if (!shardOf.isEmpty()) {
                    throw new CheckpointException("%s: %s is there twice".formatted(file, FIELD));
                }
                parseEntries(shardOf);
            } else {
                parser.skipChildren();
            }
        }
        parser.nextToken(); // fails unless nothing but white space follows
        if (shardOf.isEmpty()) {
            throw new CheckpointException(
                    "%s: %s is missing or empty, expected a file name for each tensor"
                            .formatted(file, FIELD));
        }
        return shardOf;
    }

    private void parseEntries(Map<String, String> shardOf) {
        require(JsonToken.START_OBJECT, FIELD, "an object");
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String tensor = parser.currentName();
            parser.nextToken();
            if (shardOf.size() == HeaderParser.MOST_TENSORS) {
                throw new CheckpointException(
                        "%s: %s names more than %d tensors"
                                .formatted(file, FIELD, HeaderParser.MOST_TENSORS));
            }
            require(JsonToken.VALUE_STRING, tensor, "a file name");
            String shard = shardNames.computeIfAbsent(parser.getString(), this::requirePlainName);
            if (shardOf.put(tensor, shard) != null) {
                throw new CheckpointException(
                        "%s: %s names tensor '%s' twice"
                                .formatted(file, FIELD, Shown.text(tensor)));
            }
        }
    }

    /** A name that stays inside the folder. */
    private String requirePlainName(String shard) {
        boolean plain =
                shard.endsWith(".safetensors")
                        && shard.chars()
                                .noneMatch(c -> c < ' ' || c == '/' || c == '\\' || c == ':');
        if (!plain) {
            throw new CheckpointException(
                    "%s: %s names '%s', expected a .safetensors file of this folder"
                            .formatted(file, FIELD, Shown.text(shard)));
        }
        return shard;
    }

    private void require(JsonToken expected, String where, String inWords) {
        if (parser.currentToken() != expected) {
            String found =
                    parser.currentToken() == null ? "nothing" : Shown.text(parser.getString());
            throw new CheckpointException(
                    "%s: '%s' is '%s', expected %s"
                            .formatted(file, Shown.text(where), found, inWords));
        }
    }
}
