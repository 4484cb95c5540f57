package dev.altiplano.cli;

import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Scales;
import dev.altiplano.loader.AttentionWeights;
import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.DenseWeights;
import dev.altiplano.loader.GateUp;
import dev.altiplano.loader.LayerWeights;
import dev.altiplano.loader.MixtureWeights;
import dev.altiplano.loader.StoredTensor;
import dev.altiplano.loader.TextWeights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How the weights of a checkpoint are stored, by their role and by their format. */
final class WeightFormats {
    /**
     * Weights that have role and format in common.
     *
     * @param format in words; scales belong to it
     * @param matrices linear maps, tables and vectors
     * @param bytes codes, scales and what else belongs to them
     * @param tokenBytes what of it one token reads when it is decoded
     */
    record Share(
            String role, String format, int matrices, long weights, long bytes, long tokenBytes) {
        private Share plus(Share other) {
            return new Share(
                    role,
                    format,
                    matrices + other.matrices,
                    weights + other.weights,
                    bytes + other.bytes,
                    tokenBytes + other.tokenBytes);
        }

        private Share as(String otherRole) {
            return new Share(otherRole, format, matrices, weights, bytes, tokenBytes);
        }
    }

    private static final String IMAGE_TOWER = "image tower";

    private final Map<String, Share> shares = new LinkedHashMap<>();
    private final int expertsPerToken;

    private WeightFormats(int expertsPerToken) {
        this.expertsPerToken = expertsPerToken;
    }

    static WeightFormats of(Checkpoint checkpoint) {
        WeightFormats formats = new WeightFormats(checkpoint.config().expertsPerToken());
        formats.text(checkpoint.text());
        for (StoredTensor tensor : checkpoint.tensors()) {
            if (checkpoint.isVision(tensor)) {
                long weights = tensor.shape().stream().reduce(1L, (a, b) -> a * b);
                formats.add(new Share(IMAGE_TOWER, tensor.dtype(), 1, weights, tensor.bytes(), 0));
            }
        }
        return formats;
    }

    /** By role, in the order of a pass, and format. */
    List<Share> byRole() {
        return List.copyOf(shares.values());
    }

    /** By format, the largest first. */
    List<Share> byFormat() {
        Map<String, Share> formats = new LinkedHashMap<>();
        shares.values()
                .forEach(share -> formats.merge(share.format(), share.as("all"), Share::plus));
        List<Share> sorted = new ArrayList<>(formats.values());
        sorted.sort((a, b) -> Long.compare(b.bytes(), a.bytes()));
        return sorted;
    }

    /** Numbers of the model. */
    long weights() {
        return shares.values().stream().mapToLong(Share::weights).sum();
    }

    private void add(Share share) {
        shares.merge(share.role() + ": " + share.format(), share, Share::plus);
    }

    /** A matrix of which a token reads everything. */
    private void add(String role, Matrix m) {
        add(role, m, m.bytes());
    }

    private void add(String role, Matrix m, long tokenBytes) {
        long weights = (long) m.outputs() * m.inputs();
        add(new Share(role, name(m), 1, weights, m.bytes(), tokenBytes));
    }

    private void text(TextWeights text) {
        long row = text.embedding().bytes() / text.embedding().outputs();
        boolean tied = text.head().equals(text.embedding());
        if (tied) {
            add("embedding and head", text.embedding(), row + text.head().bytes());
        } else {
            add("embedding", text.embedding(), row);
        }
        text.layers().forEach(this::layer);
        add("norms", text.norm());
        if (!tied) {
            add("head", text.head());
        }
    }

    private void layer(LayerWeights layer) {
        add("norms", layer.attentionNorm());
        add("norms", layer.feedForwardNorm());
        attention(layer.attention());
        switch (layer.feedForward()) {
            case DenseWeights dense -> dense("dense layers", dense, 1, 1);
            case MixtureWeights mixture -> {
                add("routers", mixture.router());
                int experts = mixture.experts().size();
                for (DenseWeights expert : mixture.experts()) {
                    dense("experts", expert, expertsPerToken, experts);
                }
                dense("shared experts", mixture.shared(), 1, 1);
            }
        }
    }

    private void attention(AttentionWeights weights) {
        List.of(weights.q(), weights.k(), weights.v(), weights.o())
                .forEach(m -> add("attention", m));
        weights.biases()
                .ifPresent(
                        b -> List.of(b.q(), b.k(), b.v(), b.o()).forEach(m -> add("attention", m)));
    }

    /** A network that {@code read} tokens of {@code of} read: their average. */
    private void dense(String role, DenseWeights weights, int read, int of) {
        List<Matrix> inner =
                switch (weights.gateUp()) {
                    case GateUp.Fused(Matrix both) -> List.of(both);
                    case GateUp.Split(Matrix gate, Matrix up) -> List.of(gate, up);
                };
        inner.forEach(m -> add(role, m, m.bytes() * read / of));
        add(role, weights.down(), weights.down().bytes() * read / of);
    }

    /** What a matrix is stored as, in words. */
    static String name(Matrix m) {
        String codes =
                switch (m.dtype()) {
                    case F32, F16, BF16 -> m.dtype().name();
                    case F8_E4M3 -> "FP8";
                    case I8, I8_BIASED -> "INT8";
                    case I4_BIASED -> "INT4";
                    case F4_E2M1 -> "NVFP4";
                };
        Scales scales = m.scales();
        return scales == null ? codes : codes + ", " + name(m, scales);
    }

    private static String name(Matrix m, Scales scales) {
        boolean allOutputs = scales.outputBlock() >= m.outputs();
        boolean allInputs = scales.inputBlock() >= m.inputs();
        String who;
        if (scales.outputBlock() == 1) {
            who =
                    allInputs
                            ? "a scale an output"
                            : "groups of %d inputs".formatted(scales.inputBlock());
        } else if (allOutputs && allInputs) {
            who = "one scale";
        } else {
            who = "blocks of %d by %d".formatted(scales.outputBlock(), scales.inputBlock());
        }
        return who
                + (scales.zeroPoints() == null ? "" : ", zero points")
                + (scales.groups() == null ? "" : ", inputs reordered");
    }
}
