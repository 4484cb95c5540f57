package dev.altiplano.loader;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Faults that nobody thought of: some bytes or one JSON value changed at random. */
final class RandomFaults {
    private static final int COUNT = 200; // of each kind

    private final FolderFiles good;
    private final Random random;

    private RandomFaults(FolderFiles good, long seed) {
        this.good = good;
        this.random = new Random(seed);
    }

    static Stream<Fault> of(FolderFiles good, long seed) {
        RandomFaults faults = new RandomFaults(good, seed);
        List<Fault> all = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            all.add(faults.bytes());
            all.add(faults.size());
            all.add(faults.value());
        }
        return all.stream();
    }

    /** Spoils the data of scales, zero points, groups and written shapes, and of codes. */
    static Stream<Fault> ofData(FolderFiles good, String file, long seed) {
        RandomFaults faults = new RandomFaults(good, seed);
        Map<String, int[]> tensors = new TreeMap<>();
        int start = 8 + good.headerLength(file);
        good.copy()
                .header(
                        file,
                        root -> {
                            for (String name : root.propertyNames()) {
                                if (name.matches(".*(_scale.*|zero_point|g_idx|shape|packed)")) {
                                    JsonNode offsets = root.get(name).get("data_offsets");
                                    int from = start + offsets.get(0).asInt();
                                    int end = start + offsets.get(1).asInt();
                                    tensors.put(name, new int[] {from, end});
                                }
                            }
                        });
        List<String> names = List.copyOf(tensors.keySet());
        List<Fault> all = new ArrayList<>();
        for (int i = 0; i < 3 * COUNT; i++) {
            String name = names.get(faults.random.nextInt(names.size()));
            int[] place = tensors.getOrDefault(name, new int[2]);
            all.add(faults.data(file, name, place[0], place[1]));
        }
        return all.stream();
    }

    /** Overwrites a part of a tensor with noise, or with one of the bytes at the edges. */
    private Fault data(String file, String tensor, int from, int end) {
        byte[] bytes = good.get(file).clone();
        int first = from + random.nextInt(end - from);
        int last = first + 1 + random.nextInt(end - first);
        int[] edges = {0, 0x7F, 0x80, 0xFF};
        int edge = random.nextBoolean() ? -1 : edges[random.nextInt(edges.length)];
        for (int at = first; at < last; at++) {
            bytes[at] = (byte) (edge < 0 ? random.nextInt() : edge);
        }
        String name = "%s [%d, %d) = %d".formatted(tensor, first - from, last - from, edge);
        return new Fault(name, files -> files.put(file, bytes));
    }

    private String anyFile() {
        return good.names().get(random.nextInt(good.names().size()));
    }

    /** Overwrites up to four bytes of a JSON file or a header, never of the data. */
    private Fault bytes() {
        String file = anyFile();
        int end =
                file.endsWith(".safetensors") ? 8 + good.headerLength(file) : good.get(file).length;
        byte[] bytes = good.get(file).clone();
        StringBuilder name = new StringBuilder(file);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(end);
            bytes[at] = (byte) (random.nextBoolean() ? random.nextInt() : bytes[at] ^ 1);
            name.append(" [%d]=%d".formatted(at, bytes[at]));
        }
        return new Fault(name.toString(), files -> files.put(file, bytes));
    }

    private Fault size() {
        String file = anyFile();
        int size = random.nextInt(good.get(file).length);
        return new Fault(file + " of " + size + " bytes", files -> files.resize(file, size));
    }

    private Fault value() {
        String file = anyFile();
        List<String> path = new ArrayList<>();
        JsonNode value =
                JsonMapper.shared()
                        .readTree(Faults.VALUES.get(random.nextInt(Faults.VALUES.size())));
        long choices = random.nextLong();
        FolderFiles changed = good.copy();
        if (file.endsWith(".safetensors")) {
            changed.header(file, root -> replaceOne(root, new Random(choices), value, path));
        } else {
            changed.json(file, root -> replaceOne(root, new Random(choices), value, path));
        }
        byte[] bytes = changed.get(file);
        return new Fault(file + " " + path + " = " + value, files -> files.put(file, bytes));
    }

    /** Walks down at random and replaces a value on the way. */
    private static void replaceOne(
            JsonNode node, Random random, JsonNode value, List<String> path) {
        if (node instanceof ObjectNode object && !object.isEmpty()) {
            List<String> names = List.copyOf(object.propertyNames());
            String name = names.get(random.nextInt(names.size()));
            path.add(name);
            if (object.get(name).isContainer() && random.nextInt(4) > 0) {
                replaceOne(object.get(name), random, value, path);
            } else {
                object.set(name, value);
            }
        } else if (node instanceof ArrayNode array && !array.isEmpty()) {
            int i = random.nextInt(array.size());
            path.add(Integer.toString(i));
            array.set(i, value);
        }
    }
}
