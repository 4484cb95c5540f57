package dev.altiplano.loader.internal;

import dev.altiplano.loader.CheckpointException;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * The fields of one JSON object, read with a type and a range; everything else is answered with
 * file, field, what was found and what was expected.
 *
 * <p>Methods with a fallback return it when the field is missing and refuse {@code null}; those
 * that return an optional take {@code null} for missing.
 */
public final class Fields {
    /**
     * Bytes; that of the largest published model, with a list of unquantised modules, has 0.1 MB.
     */
    static final int LARGEST_FILE = 4 << 20;

    private final String file;
    private final String path;
    private final JsonNode object;

    private Fields(String file, String path, JsonNode object) {
        this.file = file;
        this.path = path;
        this.object = object;
    }

    /** The object that {@code file} holds. */
    static Fields read(Path file) {
        return parse(SmallFile.name(file), SmallFile.read(file, LARGEST_FILE));
    }

    /** The object in {@code json}; {@code file} is for messages. */
    static Fields parse(String file, byte[] json) {
        JsonNode node = BoundedJson.tree(file, json);
        if (!node.isObject()) {
            throw new CheckpointException(
                    "%s: holds %s, expected an object".formatted(file, shown(node)));
        }
        return new Fields(file, "", node);
    }

    /** No fields at all: every fallback applies. {@code path} is for messages. */
    Fields empty(String name) {
        return new Fields(file, path + name + ".", JsonNodeFactory.instance.objectNode());
    }

    String file() {
        return file;
    }

    /** Whether the field is there, {@code null} included. */
    boolean has(String name) {
        return object.has(name);
    }

    /** Whether the field is there and not {@code null}. */
    boolean hasValue(String name) {
        return object.hasNonNull(name);
    }

    int integer(String name, int least, int fallback) {
        return has(name) ? integerOf(name, object.get(name), least) : fallback;
    }

    /** An integer that must be there. */
    int integer(String name, int least) {
        return integerOf(name, required(name), least);
    }

    /** A number that must be there. */
    double number(String name) {
        required(name);
        return numberOf(name);
    }

    private JsonNode required(String name) {
        JsonNode node = object.get(name);
        if (node == null) {
            throw wrong(name, "missing", "a number");
        }
        return node;
    }

    long longInteger(String name, long least, long fallback) {
        if (!has(name)) {
            return fallback;
        }
        JsonNode node = object.get(name);
        if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < least) {
            throw wrong(name, "an integer from %d to %d".formatted(least, Long.MAX_VALUE));
        }
        return node.longValue();
    }

    OptionalInt optionalInteger(String name, int least) {
        return hasValue(name)
                ? OptionalInt.of(integerOf(name, object.get(name), least))
                : OptionalInt.empty();
    }

    double number(String name, double fallback) {
        return has(name) ? numberOf(name) : fallback;
    }

    OptionalDouble optionalNumber(String name) {
        return hasValue(name) ? OptionalDouble.of(numberOf(name)) : OptionalDouble.empty();
    }

    boolean flag(String name, boolean fallback) {
        if (!has(name)) {
            return fallback;
        }
        if (!object.get(name).isBoolean()) {
            throw wrong(name, "true or false");
        }
        return object.get(name).booleanValue();
    }

    /** A switch that may also be written as a number or null: 0 and null are off. */
    boolean looseFlag(String name, boolean fallback) {
        JsonNode node = object.get(name);
        if (node == null) {
            return fallback;
        }
        if (!node.isBoolean() && !node.isIntegralNumber() && !node.isNull()) {
            throw wrong(name, "true, false or an integer");
        }
        return node.isBoolean() ? node.booleanValue() : node.isNumber() && node.doubleValue() != 0;
    }

    Optional<String> text(String name) {
        if (!hasValue(name)) {
            return Optional.empty();
        }
        if (!object.get(name).isString()) {
            throw wrong(name, "a string");
        }
        return Optional.of(object.get(name).stringValue());
    }

    Optional<Fields> object(String name) {
        if (!hasValue(name)) {
            return Optional.empty();
        }
        if (!object.get(name).isObject()) {
            throw wrong(name, "an object");
        }
        return Optional.of(new Fields(file, path + name + ".", object.get(name)));
    }

    boolean isEmpty() {
        return object.isEmpty();
    }

    /** The names of all fields in the order of the file. */
    List<String> names() {
        return List.copyOf(object.propertyNames());
    }

    boolean isArray(String name) {
        return has(name) && object.get(name).isArray();
    }

    boolean isObject(String name) {
        return has(name) && object.get(name).isObject();
    }

    Optional<List<Integer>> integers(String name, int least) {
        return list(name, "integers", node -> integerOf(name, node, least));
    }

    Optional<List<Double>> numbers(String name) {
        return list(name, "numbers", node -> numberOf(name, node));
    }

    /** A list of 0 and 1, which may also be written as false and true. */
    Optional<List<Integer>> switches(String name) {
        return list(
                name,
                "0 and 1",
                node -> {
                    if (node.isBoolean()) {
                        return node.booleanValue() ? 1 : 0;
                    }
                    if (integerOf(name, node, 0) > 1) {
                        throw wrong(name, node, "0 or 1 in each place");
                    }
                    return node.intValue();
                });
    }

    Optional<List<String>> texts(String name) {
        return list(
                name,
                "strings",
                node -> {
                    if (!node.isString()) {
                        throw wrong(name, node, "a string");
                    }
                    return node.stringValue();
                });
    }

    Optional<List<Fields>> objects(String name) {
        return list(
                name,
                "objects",
                node -> {
                    if (!node.isObject()) {
                        throw wrong(name, node, "an object");
                    }
                    return new Fields(file, path + name + "[].", node);
                });
    }

    private <T> Optional<List<T>> list(String name, String what, Function<JsonNode, T> element) {
        if (!hasValue(name)) {
            return Optional.empty();
        }
        JsonNode array = object.get(name);
        if (!array.isArray()) {
            throw wrong(name, "a list of " + what);
        }
        List<T> list = new ArrayList<>(array.size());
        for (JsonNode node : array) {
            list.add(element.apply(node));
        }
        return Optional.of(list);
    }

    /** The answer to a field whose value cannot be used. */
    CheckpointException wrong(String name, String expected) {
        JsonNode found = object.get(name);
        return wrong(name, found == null ? "missing" : shown(found), expected);
    }

    /** The answer to a field whose value cannot be used, with what was found in words. */
    CheckpointException wrong(String name, String found, String expected) {
        return new CheckpointException(
                "%s: %s%s is %s, expected %s"
                        .formatted(file, path, Shown.text(name), Shown.text(found), expected));
    }

    /** The answer to a contradiction that names its fields itself. */
    CheckpointException wrong(IllegalArgumentException contradiction) {
        return new CheckpointException(
                "%s: %s%s".formatted(file, path, contradiction.getMessage()), contradiction);
    }

    private CheckpointException wrong(String name, JsonNode found, String expected) {
        return wrong(name, shown(found), expected);
    }

    private int integerOf(String name, JsonNode node, int least) {
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < least) {
            throw wrong(name, node, "an integer from %d to %d".formatted(least, Integer.MAX_VALUE));
        }
        return node.intValue();
    }

    private double numberOf(String name) {
        return numberOf(name, object.get(name));
    }

    private double numberOf(String name, JsonNode node) {
        if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
            throw wrong(name, node, "a finite number");
        }
        return node.doubleValue();
    }

    private static String shown(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> "an object";
            case ARRAY -> "a list";
            case STRING -> "\"%s\"".formatted(Shown.text(node.stringValue()));
            case NUMBER -> Shown.text(node.asString()); // toString puts Infinity in quotes
            default -> Shown.text(node.toString());
        };
    }
}
