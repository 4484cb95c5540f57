package dev.altiplano.cli;

import dev.altiplano.MemoryPlan;
import dev.altiplano.PerformanceFinding;
import dev.altiplano.kernels.KernelInfo;
import dev.altiplano.loader.Llama3Scaling;
import dev.altiplano.loader.Llama4Config;
import dev.altiplano.loader.RopeParameters;
import dev.altiplano.loader.Vision;

import java.util.List;
import java.util.Locale;

/** An inspection for people. */
final class InspectionText {
    private final Inspection inspection;
    private final Llama4Config config;
    private final WeightFormats formats;
    private final Table table = new Table();

    InspectionText(Inspection inspection) {
        this.inspection = inspection;
        this.config = inspection.config();
        this.formats = inspection.formats();
    }

    String text() {
        model();
        table.gap();
        layers();
        table.gap();
        weights();
        table.gap();
        tensors();
        table.gap();
        memory();
        return table.text();
    }

    private void model() {
        table.row("folder", inspection.checkpoint().folder().toString());
        table.row(
                "architecture",
                "Llama 4" + (inspection.checkpoint().hasVision() ? " with image tower" : ""));
        table.row(
                "parameters",
                "%s, %s read a token"
                        .formatted(
                                Sizes.count(formats.weights()),
                                Sizes.bytes(inspection.traffic().total())));
        table.row(
                "vocabulary",
                "%d tokens%s"
                        .formatted(
                                config.vocabularySize(), config.tiedHead() ? ", head tied" : ""));
        table.row("positions", "%d at most".formatted(config.maxPositions()));
        table.row("tokenizer", inspection.tokenizerFile().orElse("none"));
        table.row("chat template", inspection.hasChatTemplate() ? "yes" : "none");
        table.row("kernels", KernelInfo.description());
        for (PerformanceFinding finding : inspection.findings()) {
            table.row("slow", finding.found());
            table.row("", finding.cliff().explanation());
            table.row("", "remedy: " + finding.cliff().remedy());
        }
    }

    private void layers() {
        table.row(
                "layers",
                "%d, hidden size %d".formatted(config.layers().size(), config.hiddenSize()));
        inspection
                .layersByKind()
                .forEach((kind, numbers) ->
                        table.row("", "%s: %s".formatted(kind, ranges(numbers))));
        table.row(
                "attention",
                "%d heads, %d for keys and values, %d elements each%s%s"
                        .formatted(
                                config.heads(),
                                config.kvHeads(),
                                config.headDim(),
                                config.qkNorm() ? ", q/k norm" : "",
                                config.attentionBias() ? ", bias" : ""));
        config.chunkSize().ifPresent(size -> table.row("chunk", size + " positions"));
        table.row("rope", rope(config.rope()));
        if (config.temperature().scale() != 0) {
            table.row(
                    "temperature",
                    "1 + %s ln(1 + floor((p + 1) / %d)) in layers without rope"
                            .formatted(
                                    config.temperature().scale(), config.temperature().interval()));
        }
        if (config.layers().stream().anyMatch(kind -> kind.mixture())) {
            table.row(
                    "experts",
                    "%d and a shared one, %d a token, width %d"
                            .formatted(
                                    config.experts(),
                                    config.expertsPerToken(),
                                    config.expertWidth()));
        }
        if (!config.layers().stream().allMatch(kind -> kind.mixture())) {
            table.row("dense", "width " + config.denseWidth());
        }
        tower();
    }

    private void tower() {
        inspection
                .checkpoint()
                .vision()
                .map(Vision::config)
                .ifPresent(tower ->
                        table.row(
                                "image tower",
                                "%d layers, hidden size %d, %d heads; tiles of %d pixels, %d tokens each"
                                        .formatted(
                                                tower.layers(),
                                                tower.hiddenSize(),
                                                tower.heads(),
                                                tower.tileSize(),
                                                tower.tokensPerTile())));
    }

    private static String rope(RopeParameters rope) {
        String scaling = rope.scaling().map(InspectionText::scaling).orElse(", not scaled");
        return "theta %s%s".formatted(plain(rope.theta()), scaling);
    }

    private static String scaling(Llama3Scaling scaling) {
        return ", llama3 scaling by %s from %d positions, bands %s and %s"
                .formatted(
                        plain(scaling.factor()),
                        scaling.originalPositions(),
                        plain(scaling.lowFrequencyFactor()),
                        plain(scaling.highFrequencyFactor()));
    }

    private static String plain(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : Double.toString(value);
    }

    private void weights() {
        inspection.checkpoint().quantisation().ifPresent(s -> table.row("quantised by", s));
        List<String> cells = formats.byFormat().stream().map(WeightFormats.Share::format).toList();
        shares("formats", cells, formats.byFormat());
        cells =
                formats.byRole().stream()
                        .map(share -> "%s: %s".formatted(share.role(), share.format()))
                        .toList();
        shares("weights", cells, formats.byRole());
    }

    private void shares(String title, List<String> cells, List<WeightFormats.Share> shares) {
        int width = cells.stream().mapToInt(String::length).max().orElse(0);
        for (int i = 0; i < shares.size(); i++) {
            table.row(
                    i == 0 ? title : "",
                    ("%-" + width + "s  %10s, %10s read a token")
                            .formatted(
                                    cells.get(i),
                                    Sizes.bytes(shares.get(i).bytes()),
                                    Sizes.bytes(shares.get(i).tokenBytes())));
        }
    }

    private void tensors() {
        group("tensors", inspection.byDType());
        group("files", inspection.byFile());
    }

    private void group(String title, List<Inspection.Group> groups) {
        int width = groups.stream().mapToInt(g -> g.name().length()).max().orElse(0);
        String name = title;
        for (Inspection.Group group : groups) {
            table.row(
                    name,
                    ("%-" + width + "s  %5d tensors  %10s  %s elements")
                            .formatted(
                                    group.name(),
                                    group.tensors(),
                                    Sizes.bytes(group.bytes()),
                                    Sizes.count(group.elements())));
            name = "";
        }
    }

    private void memory() {
        MemoryPlan plan = inspection.plan();
        table.row("memory", "for a sequence of %d tokens".formatted(plan.context()));
        table.row("  weights", Sizes.bytes(plan.weightBytes()) + ", mapped");
        table.row("  keys and values", Sizes.bytes(plan.keyValueBytes()));
        table.row("    a token", Sizes.bytes(plan.keyValueBytesPerToken()));
        table.row(
                "    later",
                Sizes.bytes(plan.keyValueBytesPerTokenLater())
                        + " a token, when the chunks are full");
        table.row("  scratch", Sizes.bytes(plan.scratchBytes()));
        table.row("  kernels", Sizes.bytes(plan.kernelBytes()));
        table.row("  a request", Sizes.bytes(plan.requestBytes()));
        table.row("  peak", Sizes.bytes(plan.peakBytes()));
        table.row(
                "  available",
                Sizes.bytes(plan.availableBytes()) + (plan.fits() ? ", fits" : ", does NOT fit"));
    }

    /** For example {@code 1-3, 5}. */
    private static String ranges(List<Integer> numbers) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < numbers.size(); i++) {
            int from = i;
            while (i + 1 < numbers.size() && numbers.get(i + 1) == numbers.get(i) + 1) {
                i++;
            }
            String dash = i == from + 1 ? ", " : "-";
            text.append(text.isEmpty() ? "" : ", ").append(numbers.get(from));
            text.append(i == from ? "" : dash + numbers.get(i));
        }
        return text.toString();
    }
}
