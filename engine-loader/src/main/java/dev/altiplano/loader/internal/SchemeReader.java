package dev.altiplano.loader.internal;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads {@code quantization_config} of {@code config.json}, or NVIDIA's {@code
 * hf_quant_config.json}.
 *
 * <p>Sources: {@code quantization_config.py} of compressed-tensors, {@code
 * utils/quantization_config.py} of Hugging Face transformers, {@code hf_quant_config.json} as
 * ModelOpt exports it.
 */
final class SchemeReader {
    private static final String MODELOPT_FILE = "hf_quant_config.json";
    private static final String FORMAT = "format";
    private static final String ALGORITHM = "quant_algo";
    private static final List<String> DENSE = List.of("dense");
    private static final List<String> METHODS =
            List.of("compressed-tensors", "modelopt", "modelopt_fp4", "fbgemm_fp8", "fp8");
    private static final List<String> FORMATS =
            List.of(
                    "dense",
                    "float-quantized",
                    "int-quantized",
                    "naive-quantized",
                    "pack-quantized",
                    "nvfp4-pack-quantized",
                    "mixed-precision");
    private static final List<String> ALGORITHMS =
            List.of("FP8", "NVFP4", "FP8_PER_CHANNEL_PER_TOKEN", "FP8_PB_WO");
    private static final int USUAL_GROUP = 128; // of the presets W4A16 and the like

    private final String method;
    private final Fields fields;
    private final Set<Integer> groupSizes = new HashSet<>();
    private final Set<Integer> bits = new HashSet<>();
    private int outputBlock = Scheme.USUAL_BLOCK;
    private int inputBlock = Scheme.USUAL_BLOCK;
    private Optional<String> refusal = Optional.empty();

    private SchemeReader(String method, Fields fields) {
        this.method = method;
        this.fields = fields;
    }

    /**
     * The scheme of a folder, if it names one.
     *
     * @param top the fields of {@code config.json}
     * @param text those of the text model, perhaps the same
     */
    static Optional<Scheme> read(Path folder, Fields top, Fields text) {
        Optional<Fields> inConfig =
                Stream.of(top, text)
                        .flatMap(fields ->
                                Stream.of("quantization_config", "compression_config")
                                        .flatMap(name -> fields.object(name).stream()))
                        .findFirst();
        if (inConfig.isPresent()) {
            String method = inConfig.get().text("quant_method").orElse("unknown");
            return Optional.of(new SchemeReader(method, inConfig.get()).scheme());
        }
        Path modelOpt = folder.resolve(MODELOPT_FILE);
        if (!SmallFile.exists(modelOpt)) {
            return Optional.empty();
        }
        Fields file = Fields.read(modelOpt);
        Fields fields = file.object("quantization").orElseGet(() -> file.empty("quantization"));
        return Optional.of(new SchemeReader("modelopt", fields).scheme());
    }

    private Scheme scheme() {
        String name =
                fields.text(FORMAT)
                        .or(() -> fields.text(ALGORITHM))
                        .map(format -> method + ", " + format)
                        .orElse(method);
        oneOf("quant_method", METHODS, method);
        switch (method) {
            case "compressed-tensors" -> compressedTensors();
            case "modelopt", "modelopt_fp4" ->
                    fields.text(ALGORITHM).ifPresent(a -> oneOf(ALGORITHM, ALGORITHMS, a));
            default -> {} // one kind of codes only
        }
        sizes(fields);
        fields.integers("weight_block_size", 1).ifPresent(this::block);
        return new Scheme(name, refusal, groupSizes, bits, outputBlock, inputBlock);
    }

    private void compressedTensors() {
        fields.text(FORMAT).ifPresent(format -> oneOf(FORMAT, FORMATS, format));
        fields.object("sparsity_config")
                .ifPresent(sparsity ->
                        sparsity.text(FORMAT)
                                .ifPresent(format -> oneOf(sparsity, FORMAT, DENSE, format)));
        fields.object("transform_config")
                .filter(transform -> !transform.isEmpty())
                .ifPresent(_ ->
                        refuse(
                                fields.wrong(
                                        "transform_config",
                                        "there",
                                        "none (weights that are also rotated cannot be read)")));
        fields.object("config_groups").ifPresent(this::groups);
    }

    private void groups(Fields groups) {
        for (String name : groups.names()) {
            if (!groups.isObject(name)) { // a preset's name, with a list of its targets
                groupSizes.add(USUAL_GROUP);
                continue;
            }
            Fields group = groups.object(name).orElseThrow();
            group.text(FORMAT).ifPresent(format -> oneOf(group, FORMAT, FORMATS, format));
            group.object("weights").ifPresent(this::sizes);
        }
    }

    private void sizes(Fields weights) {
        size(weights, "group_size").ifPresent(groupSizes::add);
        OptionalInt width = size(weights, "num_bits");
        width.ifPresent(bits::add);
        if (width.isPresent() && width.getAsInt() != 4 && width.getAsInt() != 8) {
            refuse(weights.wrong("num_bits", "4 or 8"));
        }
        if (weights.isArray("block_structure")) {
            weights.integers("block_structure", 1).ifPresent(this::block);
        } else {
            weights.text("block_structure") // as older versions wrote it: 128x128
                    .ifPresent(text -> {
                        if (!text.matches("[1-9]\\d{0,8}x[1-9]\\d{0,8}")) {
                            throw weights.wrong("block_structure", "two sizes, as in [128, 128]");
                        }
                        block(Stream.of(text.split("x", 2)).map(Integer::valueOf).toList());
                    });
        }
    }

    /** Absent, null, 0 and -1 all mean that there is none. */
    private static OptionalInt size(Fields weights, String name) {
        OptionalInt size = weights.optionalInteger(name, -1);
        return size.isPresent() && size.getAsInt() > 0 ? size : OptionalInt.empty();
    }

    private void block(List<Integer> sizes) {
        if (sizes.size() != 2) {
            throw fields.wrong(
                    "weight_block_size", sizes.toString(), "two sizes, as in [128, 128]");
        }
        outputBlock = sizes.get(0);
        inputBlock = sizes.get(1);
    }

    private void oneOf(String name, List<String> known, String found) {
        oneOf(fields, name, known, found);
    }

    private void oneOf(Fields where, String name, List<String> known, String found) {
        if (!known.contains(found)) {
            refuse(where.wrong(name, "\"" + found + "\"", String.join(", ", known)));
        }
    }

    private void refuse(RuntimeException reason) {
        if (refusal.isEmpty()) {
            refusal = Optional.of(String.valueOf(reason.getMessage()));
        }
    }
}
