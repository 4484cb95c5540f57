package dev.altiplano.loader;

import static java.nio.charset.StandardCharsets.UTF_8;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Faults that somebody thought of, each under a name. */
final class Faults {
    private static final String CONFIG = "config.json";
    private static final String MODEL = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";

    /** JSON values that no field of a configuration or header takes without a look. */
    static final List<String> VALUES =
            List.of(
                    "null",
                    "-1",
                    "0",
                    "2147483648",
                    "9223372036854775807",
                    "18446744073709551616",
                    "1e400",
                    "1.5",
                    "\"8\"",
                    "true",
                    "[]",
                    "{}",
                    "[[[[0]]]]",
                    "[-1, 9223372036854775807]");

    private final List<Fault> faults = new ArrayList<>();

    private Faults() {}

    static Stream<Fault> ofSingleFile(FolderFiles good) {
        Faults faults = new Faults();
        faults.lengths(MODEL, good);
        faults.sizes(MODEL, good.get(MODEL).length, good.headerLength(MODEL));
        faults.fields(good);
        faults.tensors();
        faults.brokenJson(CONFIG);
        faults.brokenJson("generation_config.json");
        faults.add("no config", files -> files.remove(CONFIG));
        faults.add("no weights", files -> files.remove(MODEL));
        faults.bombs();
        return faults.faults.stream();
    }

    static Stream<Fault> ofShards(FolderFiles good) {
        Faults faults = new Faults();
        for (String shard : List.of(FIRST, SECOND)) {
            faults.lengths(shard, good);
            faults.sizes(shard, good.get(shard).length, good.headerLength(shard));
            faults.add("no " + shard, files -> files.remove(shard));
        }
        faults.brokenJson(INDEX);
        faults.index();
        return faults.faults.stream();
    }

    /** Faults of scales, zero points, shapes and groups, and of what names the scheme. */
    static Stream<Fault> ofQuantisedFolder(FolderFiles good) {
        Faults faults = new Faults();
        faults.parts(good);
        faults.scheme();
        return faults.faults.stream();
    }

    private void parts(FolderFiles good) {
        List<String> names = new ArrayList<>();
        good.copy().header(MODEL, root -> names.addAll(root.propertyNames()));
        for (String name : names) {
            if (!name.contains("layers.0.") && !name.contains(".experts.")) {
                continue;
            }
            add("no " + name, files -> files.header(MODEL, root -> root.remove(name)));
            add(name + " renamed", files -> files.headerText(MODEL, h -> h.replace(name, "x")));
            for (String dtype : List.of("F8_E4M3", "U8", "I8", "I16", "BF16", "F32", "I64")) {
                add(name + " as " + dtype, tensor(name, "dtype", "\"" + dtype + "\""));
            }
            for (String shape : List.of("[]", "[1]", "[2,1]", "[1,1,1]", "[4611686018427387904]")) {
                add(name + " of " + shape, tensor(name, "shape", shape));
            }
        }
    }

    private void scheme() {
        for (String field :
                List.of("quant_method", "format", "config_groups", "weight_block_size", "ignore")) {
            for (String value : VALUES) {
                add(field + " = " + value, change(CONFIG, "/quantization_config", field, value));
            }
        }
        String weights = "/quantization_config/config_groups/group_4/weights";
        for (String field : List.of("num_bits", "group_size", "block_structure")) {
            for (String value : VALUES) {
                add(field + " = " + value, change(CONFIG, weights, field, value));
            }
        }
        for (String value : VALUES) {
            add(
                    "hf_quant_config.json is " + value,
                    files -> {
                        files.json(CONFIG, root -> root.remove("quantization_config"));
                        files.put("hf_quant_config.json", value.getBytes(UTF_8));
                    });
        }
    }

    private void add(String name, Consumer<FolderFiles> spoil) {
        faults.add(new Fault(name, spoil));
    }

    private void lengths(String file, FolderFiles good) {
        long right = good.headerLength(file);
        long[] wrong = {
            -1,
            0,
            1,
            2,
            right - 1,
            right + 1,
            right / 2,
            100_000_000,
            100_000_001,
            1L << 31,
            1L << 32,
            1L << 62,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            good.get(file).length,
            good.get(file).length - 8
        };
        for (long length : wrong) {
            add(file + " header length " + length, files -> files.headerLength(file, length));
        }
    }

    private void sizes(String file, int size, int header) {
        int[] wrong = {0, 1, 7, 8, 9, 8 + header / 2, 8 + header, 9 + header, size - 1, size + 1};
        for (int length : wrong) {
            add(file + " of " + length + " bytes", files -> files.resize(file, length));
        }
    }

    private void fields(FolderFiles good) {
        JsonNode config = JsonMapper.shared().readTree(new String(good.get(CONFIG), UTF_8));
        List<String> names = new ArrayList<>(config.propertyNames());
        names.addAll(List.of("rope_scaling", "rope_parameters", "no_rope_layers", "layer_types"));
        names.addAll(List.of("moe_layers", "quantization_config", "text_config", "attn_scale"));
        names.addAll(List.of("floor_scale", "attn_temperature_tuning", "tie_word_embeddings"));
        for (String name : names) {
            for (String value : VALUES) {
                add("config." + name + " = " + value, change(CONFIG, "", name, value));
            }
        }
        for (String key : List.of("factor", "rope_type", "rope_theta", "low_freq_factor")) {
            for (String value : VALUES) {
                add(
                        "rope_scaling." + key + " = " + value,
                        files ->
                                files.json(
                                        CONFIG,
                                        root ->
                                                root.putObject("rope_scaling")
                                                        .put("rope_type", "llama3")
                                                        .set(key, json(value))));
            }
        }
    }

    private static Consumer<FolderFiles> change(
            String file, String path, String name, String value) {
        return files ->
                files.json(file, root -> ((ObjectNode) root.at(path)).set(name, json(value)));
    }

    private static JsonNode json(String value) {
        return JsonMapper.shared().readTree(value);
    }

    private void tensors() {
        String name = "model.layers.1.feed_forward.router.weight";
        for (String field : List.of("dtype", "shape", "data_offsets")) {
            for (String value : VALUES) {
                add(
                        "header " + field + " = " + value,
                        files ->
                                files.header(
                                        MODEL,
                                        root ->
                                                ((ObjectNode) root.get(name))
                                                        .set(field, json(value))));
            }
            add(
                    "header without " + field,
                    files ->
                            files.header(
                                    MODEL, root -> ((ObjectNode) root.get(name)).remove(field)));
        }
        for (String dtype : List.of("F64", "F32", "I16", "BOOL", "bf16", "F8_E4M3", "")) {
            add("dtype " + dtype, tensor(name, "dtype", "\"" + dtype + "\""));
        }
        for (String shape : List.of("[8,3]", "[24]", "[1,24]", "[3,8,1]", "[3,9]", "[0,0]")) {
            add("shape " + shape, tensor(name, "shape", shape));
        }
        for (String offsets : List.of("[0,48]", "[1,49]", "[48,0]", "[0,0]", "[0,4294967344]")) {
            add("offsets " + offsets, tensor(name, "data_offsets", offsets));
        }
        for (String value : VALUES) {
            add(
                    "a tensor is " + value,
                    files -> files.header(MODEL, r -> r.set(name, json(value))));
            add("metadata is " + value, metadata(value));
            add("one note is " + value, metadata("{\"a\": " + value + "}"));
        }
        add("a tensor less", files -> files.header(MODEL, root -> root.remove(name)));
        add("renamed tensor", files -> files.headerText(MODEL, h -> h.replace("router", "Router")));
        add(
                "key twice",
                files ->
                        files.headerText(
                                MODEL, h -> h.replace("{\"dtype\"", "{\"shape\":[],\"dtype\"")));
        add(
                "tensor twice",
                files -> files.headerText(MODEL, h -> h.replace("layers.3", "layers.1")));
        add("all at one place", files -> files.headerText(MODEL, Faults::moveAllToTheBeginning));
        add("header as UTF-16", files -> files.headerText(MODEL, h -> h.replace("", "\0")));
    }

    private static String moveAllToTheBeginning(String header) {
        return header.replaceAll("\"data_offsets\":\\[\\d+,\\d+]", "\"data_offsets\":[0,48]");
    }

    private static Consumer<FolderFiles> tensor(String name, String field, String value) {
        return files ->
                files.header(MODEL, root -> ((ObjectNode) root.get(name)).set(field, json(value)));
    }

    private static Consumer<FolderFiles> metadata(String value) {
        return files -> files.header(MODEL, root -> root.set("__metadata__", json(value)));
    }

    private void brokenJson(String file) {
        Map<String, String> texts =
                Map.ofEntries(
                        Map.entry("nothing", ""),
                        Map.entry("a brace", "{"),
                        Map.entry("a bracket too many", "{}]"),
                        Map.entry("a list", "[]"),
                        Map.entry("a number", "1"),
                        Map.entry("null", "null"),
                        Map.entry("NaN", "{\"vocab_size\": NaN}"),
                        Map.entry("a comment", "/* */ {}"),
                        Map.entry("a key twice", "{\"weight_map\": {}, \"weight_map\": {}}"),
                        Map.entry("an open string", "{\"a\": \"b"),
                        Map.entry("a raw newline", "{\"a\": \"\n\"}"),
                        Map.entry("half a surrogate", "{\"a\": \"\\ud800\", \"weight_map\": 1"),
                        Map.entry("binary", "\0\1\2\3"),
                        Map.entry("a mark of byte order", "\ufeff{}"),
                        Map.entry("deep lists", "{\"a\": " + "[".repeat(100_000)),
                        Map.entry("deep objects", "{\"a\":".repeat(100_000)),
                        Map.entry("a long number", "{\"a\": " + "9".repeat(1_000_000) + "}"),
                        Map.entry("a long fraction", "{\"a\": 0." + "9".repeat(1_000_000) + "}"),
                        Map.entry("a long exponent", "{\"a\": 1e" + "9".repeat(1_000_000) + "}"),
                        Map.entry("a long key", "{\"" + "k".repeat(1_000_000) + "\": 1}"),
                        Map.entry("a long string", "{\"a\": \"" + "s".repeat(3_000_000) + "\""));
        texts.forEach((name, text) ->
                add(file + " is " + name, files -> files.put(file, text.getBytes(UTF_8))));
    }

    /** Small files whose contents would need much memory or time. */
    private void bombs() {
        add("config of empty objects", files -> files.text(CONFIG, t -> list("{}", 1_300_000)));
        add("config of ones", files -> files.text(CONFIG, t -> list("1", 2_000_000)));
        add("config of many keys", files -> files.text(CONFIG, t -> keys(300_000, 4)));
        add("config of spaces", files -> files.text(CONFIG, t -> " ".repeat(4 << 20)));
        add("too large a config", files -> files.resize(CONFIG, (4 << 20) + 1));
        add("header of spaces", header("{" + " ".repeat(60 << 20)));
        add("header of one string", header("{\"" + "x".repeat(30 << 20)));
        add("header of one note", header("{\"__metadata__\":{\"a\":\"" + "x".repeat(30 << 20)));
        add("header of lists", header("{\"a\":" + list("0", 10_000_000)));
        add("header of many long names", header(keys(60_000, 150)));
        add("header of unknown fields", header("{\"a\":" + keys(400_000, 20) + "}"));
        add("header of notes", header("{\"__metadata__\":" + keys(400_000, 20) + "}"));
        add("header of a million scalars", header(scalars(1_000_000)));
        add(
                "65 000 tensors of other models",
                files -> {
                    files.headerText(MODEL, header -> scalars(65_000));
                    files.resize(MODEL, 8 + files.headerLength(MODEL) + 65_000);
                });
    }

    private static Consumer<FolderFiles> header(String text) {
        return files -> files.headerText(MODEL, header -> text);
    }

    private static String list(String element, int count) {
        return "[" + (element + ",").repeat(count - 1) + element + "]";
    }

    private static String keys(int count, int length) {
        return keys(count, length, "");
    }

    private static String keys(int count, int length, String value) {
        StringBuilder json = new StringBuilder("{");
        String filler = "k".repeat(length);
        for (int i = 0; i < count; i++) {
            json.append(i == 0 ? "\"" : ",\"")
                    .append(filler)
                    .append(i)
                    .append("\":\"")
                    .append(value)
                    .append('"');
        }
        return json.append('}').toString();
    }

    private static String scalars(int count) {
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < count; i++) {
            json.append(i == 0 ? "\"" : ",\"")
                    .append("language_model.model.layers.47.feed_forward.experts.127.scale")
                    .append(i)
                    .append("\":{\"dtype\":\"U8\",\"shape\":[1,1],\"data_offsets\":[")
                    .append(i)
                    .append(',')
                    .append(i + 1)
                    .append("]}");
        }
        return json.append('}').toString();
    }

    private void index() {
        String name = "model.norm.weight";
        for (String value : VALUES) {
            add("weight_map = " + value, change(INDEX, "", "weight_map", value));
            add("a shard is " + value, change(INDEX, "/weight_map", name, value));
        }
        List<String> shards =
                List.of(
                        INDEX,
                        CONFIG,
                        "../good/" + FIRST,
                        "/etc/passwd",
                        "..",
                        ".",
                        "",
                        "./" + FIRST,
                        "a/../" + FIRST,
                        "..\\\\" + FIRST,
                        "model.safetensors",
                        "nul\\u0000.safetensors",
                        "C:" + FIRST,
                        "x".repeat(5_000) + ".safetensors",
                        "\\ud800.safetensors");
        for (String shard : shards) {
            add("shard " + shard, change(INDEX, "/weight_map", name, "\"" + shard + "\""));
        }
        add("shards swapped", files -> swap(files));
        add("one shard twice", files -> files.put(SECOND, files.get(FIRST)));
        add("all in one", files -> files.text(INDEX, text -> text.replace("00001-", "00002-")));
        add("a ghost", change(INDEX, "/weight_map", "ghost", "\"" + FIRST + "\""));
        add("one is not listed", files -> files.json(INDEX, r -> map(r).remove(name)));
        add("no index", files -> files.remove(INDEX));
        add(
                "many tensors",
                files ->
                        files.text(INDEX, t -> "{\"weight_map\":" + keys(400_000, 3, FIRST) + "}"));
        add(
                "long names",
                files ->
                        files.text(
                                INDEX, t -> "{\"weight_map\":" + keys(65_000, 150, FIRST) + "}"));
        add("too large an index", files -> files.resize(INDEX, (16 << 20) + 1));
        add("index of spaces", files -> files.text(INDEX, text -> " ".repeat(16 << 20)));
    }

    private static ObjectNode map(ObjectNode index) {
        return (ObjectNode) index.get("weight_map");
    }

    private static void swap(FolderFiles files) {
        byte[] first = files.get(FIRST);
        files.put(FIRST, files.get(SECOND));
        files.put(SECOND, first);
    }
}
