package dev.altiplano.cli;

import dev.altiplano.MemoryPlan;
import dev.altiplano.PerformanceFinding;
import dev.altiplano.kernels.KernelInfo;
import dev.altiplano.loader.LayerKind;
import dev.altiplano.loader.Llama3Scaling;
import dev.altiplano.loader.Llama4Config;
import dev.altiplano.loader.Vision;
import dev.altiplano.loader.VisionConfig;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An inspection for programs. */
final class InspectionJson {
    private final Inspection inspection;

    InspectionJson(Inspection inspection) {
        this.inspection = inspection;
    }

    Map<String, @Nullable Object> value() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("folder", inspection.checkpoint().folder().toString());
        json.put("architecture", "llama4");
        json.put("fingerprint", inspection.checkpoint().fingerprint());
        WeightFormats formats = inspection.formats();
        json.put("parameters", formats.weights());
        json.put("bytes_per_token", inspection.traffic().total());
        json.put("image_tower", inspection.checkpoint().hasVision());
        json.put(
                "image_tower_shape",
                inspection
                        .checkpoint()
                        .vision()
                        .map(Vision::config)
                        .map(InspectionJson::tower)
                        .orElse(null));
        json.put("tokenizer", inspection.tokenizerFile().orElse(null));
        json.put("chat_template", inspection.hasChatTemplate());
        json.put("kernels", KernelInfo.description());
        json.put("slow_reason", KernelInfo.slowReason().orElse(null));
        json.put("performance_cliffs", findings(inspection.findings()));
        json.put("config", config(inspection.config()));
        json.put("layers", layers(inspection.config().layers()));
        json.put("quantisation", inspection.checkpoint().quantisation().orElse(null));
        json.put("formats", shares(formats.byFormat(), false));
        json.put("weights", shares(formats.byRole(), true));
        json.put("tensors", groups("dtype", inspection.byDType()));
        json.put("files", groups("file", inspection.byFile()));
        json.put("memory_plan", plan(inspection.plan()));
        return json;
    }

    private static Map<String, @Nullable Object> config(Llama4Config config) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("vocabulary_size", config.vocabularySize());
        json.put("hidden_size", config.hiddenSize());
        json.put("layers", config.layers().size());
        json.put("heads", config.heads());
        json.put("kv_heads", config.kvHeads());
        json.put("head_dim", config.headDim());
        json.put("experts", config.experts());
        json.put("experts_per_token", config.expertsPerToken());
        json.put("expert_width", config.expertWidth());
        json.put("dense_width", config.denseWidth());
        json.put(
                "chunk_size",
                config.chunkSize().isPresent() ? config.chunkSize().getAsInt() : null);
        json.put("max_positions", config.maxPositions());
        json.put("norm_epsilon", config.normEpsilon());
        json.put("qk_norm", config.qkNorm());
        json.put("attention_bias", config.attentionBias());
        json.put("tied_head", config.tiedHead());
        json.put("rope_theta", config.rope().theta());
        json.put("rope_scaling", config.rope().scaling().map(InspectionJson::scaling).orElse(null));
        json.put("temperature_interval", config.temperature().interval());
        json.put("temperature_scale", config.temperature().scale());
        return json;
    }

    private static Map<String, Object> scaling(Llama3Scaling scaling) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("factor", scaling.factor());
        json.put("low_frequency_factor", scaling.lowFrequencyFactor());
        json.put("high_frequency_factor", scaling.highFrequencyFactor());
        json.put("original_positions", scaling.originalPositions());
        return json;
    }

    private static List<Object> layers(List<LayerKind> kinds) {
        List<Object> all = new ArrayList<>();
        for (LayerKind kind : kinds) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("layer", all.size() + 1);
            json.put("attention", kind.chunked() ? "chunked" : "full");
            json.put("rotary", kind.rotary());
            json.put("feed_forward", kind.mixture() ? "experts" : "dense");
            all.add(json);
        }
        return all;
    }

    private static List<Object> findings(List<PerformanceFinding> findings) {
        List<Object> all = new ArrayList<>();
        for (PerformanceFinding finding : findings) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("cliff", finding.cliff().name().toLowerCase(Locale.ROOT));
            json.put("found", finding.found());
            json.put("explanation", finding.cliff().explanation());
            json.put("remedy", finding.cliff().remedy());
            all.add(json);
        }
        return all;
    }

    private static List<Object> groups(String key, List<Inspection.Group> groups) {
        List<Object> all = new ArrayList<>();
        for (Inspection.Group group : groups) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put(key, group.name());
            json.put("tensors", group.tensors());
            json.put("elements", group.elements());
            json.put("bytes", group.bytes());
            all.add(json);
        }
        return all;
    }

    private static List<Object> shares(List<WeightFormats.Share> shares, boolean byRole) {
        List<Object> all = new ArrayList<>();
        for (WeightFormats.Share share : shares) {
            Map<String, Object> json = new LinkedHashMap<>();
            if (byRole) {
                json.put("role", share.role());
            }
            json.put("format", share.format());
            json.put("matrices", share.matrices());
            json.put("parameters", share.weights());
            json.put("bytes", share.bytes());
            json.put("bytes_per_token", share.tokenBytes());
            all.add(json);
        }
        return all;
    }

    private static Map<String, Object> plan(MemoryPlan plan) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("context", plan.context());
        json.put("weight_bytes", plan.weightBytes());
        json.put("key_value_bytes", plan.keyValueBytes());
        json.put("key_value_bytes_per_token", plan.keyValueBytesPerToken());
        json.put("key_value_bytes_per_token_later", plan.keyValueBytesPerTokenLater());
        json.put("scratch_bytes", plan.scratchBytes());
        json.put("kernel_bytes", plan.kernelBytes());
        json.put("request_bytes", plan.requestBytes());
        json.put("peak_bytes", plan.peakBytes());
        json.put("available_bytes", plan.availableBytes());
        json.put("fits", plan.fits());
        return json;
    }

    private static Map<String, Object> tower(VisionConfig config) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("layers", config.layers());
        json.put("hidden_size", config.hiddenSize());
        json.put("heads", config.heads());
        json.put("tile_size", config.tileSize());
        json.put("tokens_per_tile", config.tokensPerTile());
        return json;
    }
}
