package dev.altiplano.cli;

import dev.altiplano.bench.synthetic.SyntheticCheckpoint;
import dev.altiplano.bench.synthetic.SyntheticFormat;
import dev.altiplano.bench.synthetic.SyntheticShape;
import dev.altiplano.bench.synthetic.SyntheticVision;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which synthetic checkpoint is to be written, and where. */
final class SyntheticOptions {
    /** The published models whose shape a synthetic one takes. */
    enum Model {
        scout,
        maverick
    }

    @Option(
            names = "--synthetic",
            paramLabel = "MODEL",
            description =
                    "Write a folder with random weights instead of measuring: scout or maverick.")
    private @Nullable Model model;

    @Option(
            names = "--layers",
            paramLabel = "N",
            description = "Layers of the synthetic model. Default: 2.")
    private @Nullable Integer layers;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            description =
                    "Its weights: bf16, f16, f32, fp8 (compressed-tensors, experts one by one),"
                            + " fp8-experts (routed experts alone), fp8-fused (ModelOpt). Default:"
                            + " bf16.")
    private @Nullable String dtype;

    @Option(
            names = "--set",
            paramLabel = "NAME=N",
            description =
                    "Another size, under its name in config.json: --set vocab_size=32000. May be"
                            + " repeated.")
    private Map<String, Integer> sizes = new LinkedHashMap<>();

    @Option(names = "--image-tower", description = "Add an image tower of the published shape.")
    private boolean tower;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Another seed gives other weights. Default: 1.")
    private @Nullable Long seed;

    @Option(
            names = "--write",
            paramLabel = "DIR",
            description = "Folder for the synthetic checkpoint; new or empty.")
    private @Nullable Path folder;

    /** Whether a checkpoint is to be written. */
    boolean wanted() {
        boolean described =
                folder != null
                        || layers != null
                        || dtype != null
                        || seed != null
                        || tower
                        || !sizes.isEmpty();
        if (model == null && described) {
            throw CommandException.usage(
                    "--write, --layers, --dtype, --set, --image-tower and --seed need --synthetic"
                            + " scout or maverick");
        }
        return model != null;
    }

    Path folder() {
        if (folder == null) {
            throw CommandException.usage("--synthetic needs --write DIR");
        }
        return folder;
    }

    SyntheticCheckpoint checkpoint() {
        long chosen = seed == null ? 1 : seed;
        return Usage.check(() -> new SyntheticCheckpoint(shape(), format(), chosen));
    }

    private SyntheticShape shape() {
        int count = layers == null ? 2 : layers;
        SyntheticShape shape =
                model == Model.maverick
                        ? SyntheticShape.maverick(count)
                        : SyntheticShape.scout(count);
        for (Map.Entry<String, Integer> size : sizes.entrySet()) {
            shape = shape.with(size.getKey(), size.getValue());
        }
        return tower ? shape.withVision(SyntheticVision.published()) : shape;
    }

    private SyntheticFormat format() {
        if (dtype == null) {
            return SyntheticFormat.BF16;
        }
        for (SyntheticFormat format : SyntheticFormat.values()) {
            if (format.toString().equals(dtype)) {
                return format;
            }
        }
        throw new IllegalArgumentException(
                "--dtype is '%s', expected bf16, f16, f32, fp8, fp8-experts or fp8-fused"
                        .formatted(dtype));
    }
}
