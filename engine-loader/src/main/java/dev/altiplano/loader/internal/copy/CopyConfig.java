package dev.altiplano.loader.internal.copy;

import dev.altiplano.loader.QuantisedFormat;
import dev.altiplano.loader.internal.BoundedJson;
import dev.altiplano.loader.internal.SmallFile;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The JSON files of a copy: {@code quantization_config} as compressed-tensors writes it, and the
 * index.
 *
 * <p>Source: {@code quantization_config.py} and the presets of {@code quant_scheme.py} in
 * compressed-tensors.
 */
final class CopyConfig {
    private static final int LARGEST_FILE = 4 << 20;
    private static final String FIELD = "quantization_config";
    private static final List<String> OLD_FIELDS = List.of(FIELD, "compression_config");
    private static final ObjectWriter PRETTY = JsonMapper.shared().writerWithDefaultPrettyPrinter();

    private CopyConfig() {}

    /** The source's {@code config.json} with another scheme. */
    static String config(Path source, CopyPlan plan) {
        JsonNode read =
                BoundedJson.tree(
                        "config.json", SmallFile.read(source.resolve("config.json"), LARGEST_FILE));
        ObjectNode config = (ObjectNode) read; // ConfigReader has read it before
        config.remove(OLD_FIELDS);
        if (config.get("text_config") instanceof ObjectNode text) {
            text.remove(OLD_FIELDS);
        }
        config.set(FIELD, scheme(plan));
        return PRETTY.writeValueAsString(config) + "\n";
    }

    private static ObjectNode scheme(CopyPlan plan) {
        ObjectNode scheme = JsonMapper.shared().createObjectNode();
        ObjectNode group = scheme.putObject("config_groups").putObject("group_0");
        group.putArray("targets").add("Linear");
        group.set("weights", weights(plan.encoding()));
        group.set("input_activations", activations(plan.encoding()));
        group.putNull("output_activations");
        scheme.put("format", plan.encoding().formatName());
        scheme.putNull("global_compression_ratio");
        plan.ignored().forEach(scheme.putArray("ignore")::add);
        scheme.putNull("kv_cache_scheme");
        scheme.put("quant_method", "compressed-tensors");
        scheme.put("quantization_status", "compressed");
        return scheme;
    }

    private static ObjectNode weights(Encoding encoding) {
        QuantisedFormat format = encoding.format();
        boolean small = format == QuantisedFormat.INT4 || format == QuantisedFormat.NVFP4;
        boolean floats = format == QuantisedFormat.FP8 || format == QuantisedFormat.NVFP4;
        boolean grouped = encoding.group() != Encoding.WHOLE_OUTPUT;
        ObjectNode weights = JsonMapper.shared().createObjectNode();
        weights.putNull("actorder").putNull("block_structure").put("dynamic", false);
        if (grouped) {
            weights.put("group_size", encoding.group());
        } else {
            weights.putNull("group_size");
        }
        weights.put("num_bits", small ? 4 : 8);
        weights.put("observer", small ? "mse" : "minmax").putObject("observer_kwargs");
        String groups = encoding.hasGlobalScale() ? "tensor_group" : "group";
        weights.put("strategy", grouped ? groups : "channel");
        weights.put("symmetric", true).put("type", floats ? "float" : "int");
        return weights;
    }

    /**
     * What servers that quantise activations do, as the usual presets have it: token by token, at
     * run time; nothing where words or E2M1 are meant for weights alone.
     */
    private static JsonNode activations(Encoding encoding) {
        if (encoding.isInWords() || encoding.hasGlobalScale()) {
            return JsonMapper.shared().nullNode();
        }
        ObjectNode activations = JsonMapper.shared().createObjectNode();
        activations.putNull("actorder").putNull("block_structure").put("dynamic", true);
        activations.putNull("group_size").put("num_bits", 8).putNull("observer");
        activations.putObject("observer_kwargs");
        activations.put("strategy", "token").put("symmetric", true);
        activations.put("type", encoding.format() == QuantisedFormat.FP8 ? "float" : "int");
        return activations;
    }

    /** {@code model.safetensors.index.json}. */
    static String index(CopyPlan plan, Map<String, List<Part>> shards) {
        Map<String, String> fileOf = new TreeMap<>();
        shards.forEach((file, parts) ->
                CopyPlan.specs(parts).forEach(spec -> fileOf.put(spec.name(), file)));
        ObjectNode index = JsonMapper.shared().createObjectNode();
        index.putObject("metadata").put("total_size", plan.bytes());
        ObjectNode map = index.putObject("weight_map");
        fileOf.forEach(map::put);
        return PRETTY.writeValueAsString(index) + "\n";
    }
}
