package dev.altiplano.vision;

import dev.altiplano.kernels.Embedding;
import dev.altiplano.kernels.FullAttention;
import dev.altiplano.kernels.Gelu;
import dev.altiplano.kernels.GridRope;
import dev.altiplano.kernels.LayerNorm;
import dev.altiplano.kernels.Linear;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.Worker;
import dev.altiplano.kernels.Workers;
import dev.altiplano.loader.AffineWeights;
import dev.altiplano.loader.Vision;
import dev.altiplano.loader.VisionConfig;
import dev.altiplano.loader.VisionWeights;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The image tower with its adapter and projector: tiles to features of the text model's width.
 *
 * <p>Source: {@code Llama4VisionModel.forward} in Hugging Face transformers. Tiles know nothing of
 * each other; some of them go through the layers together, so that weights are read once for all.
 * May be shared by threads: scratch is made for each pass.
 */
public final class ImageTower {
    /** Most tiles of a pass: more would make its scratch large and gain nothing. */
    static final int TILES = 4;

    /** Part of the heap that the scratch of a pass may take when one tile does not take more. */
    private static final int HEAP_SHARE = 4;

    private final VisionConfig config;
    private final VisionWeights weights;
    private final List<TowerLayer> layers;
    private final int most;

    /** Prepares the tables of a tower. */
    public ImageTower(Vision vision) {
        config = vision.config();
        weights = vision.weights();
        GridRope rope = new GridRope(config.frequencies(), config.patchesPerEdge());
        FullAttention attention =
                new FullAttention(config.patches() + 1, config.heads(), config.headDim());
        layers =
                weights.layers().stream()
                        .map(layer -> new TowerLayer(layer, rope, attention))
                        .toList();
        long room = Runtime.getRuntime().maxMemory() / HEAP_SHARE;
        most = Math.clamp(room / scratchBytes(config, 1), 1, TILES);
    }

    /** Bytes that a pass takes, most of them on the heap. */
    public static long scratchBytes(VisionConfig config, int tiles) {
        return Float.BYTES * TowerStep.floats(config) * Math.min(tiles, TILES);
    }

    /** Who runs passes, who watches and who may end them. */
    public record Run(
            Consumer<Workers.Region> team,
            @Nullable TowerObserver observer,
            @Nullable BooleanSupplier cancel) {}

    /**
     * The features of a picture, tile by tile.
     *
     * @return {@code [tiles * tokensPerTile, hidden size of the text model]}
     * @throws CancellationException if cancelled half-way
     */
    public Rows encode(Tiles image, Run run) {
        int tokens = config.tokensPerTile();
        Rows features = Rows.of(image.tiles() * tokens, weights.projector().outputs());
        int together = Math.min(most, image.tiles());
        TowerStep step = new TowerStep(config, together);
        for (int first = 0; first < image.tiles(); first += together) {
            int count = Math.min(together, image.tiles() - first);
            if (count < together) {
                step = new TowerStep(config, count);
            }
            Pass pass = new Pass(image, first, count, step, run);
            pass.run(features.part(first * tokens, count * tokens));
        }
        return features;
    }

    /** Some tiles on their way through the tower. */
    private final class Pass {
        private final Tiles image;
        private final int firstTile;
        private final int tiles;
        private final TowerStep step;
        private final Run run;

        Pass(Tiles image, int firstTile, int tiles, TowerStep step, Run run) {
            this.image = image;
            this.firstTile = firstTile;
            this.tiles = tiles;
            this.step = step;
            this.run = run;
        }

        /** A region for each layer: whoever shares the team gets a turn in between. */
        void run(Rows features) {
            run.team.accept(worker -> {
                embed(worker);
                norm(weights.preNorm(), worker);
            });
            observe(0);
            for (int i = 0; i < layers.size(); i++) {
                if (run.cancel() != null && run.cancel().getAsBoolean()) {
                    throw new CancellationException("cancelled while looking at a picture");
                }
                TowerLayer layer = layers.get(i);
                run.team.accept(worker -> layer.forward(step, worker));
                observe(i + 1);
            }
            run.team.accept(worker -> {
                norm(weights.postNorm(), worker);
                adapt(worker);
                Linear.multiply(worker, weights.projector(), step.adaptedTwice, features);
            });
        }

        private void norm(AffineWeights norm, Worker worker) {
            float epsilon = VisionConfig.NORM_EPSILON;
            LayerNorm.apply(worker, step.x, norm.weight(), norm.bias(), epsilon, step.x);
            worker.await();
        }

        private void observe(int layer) {
            if (run.observer() != null) {
                run.observer().after(layer, firstTile, step.x);
            }
        }

        /** Patches through their embedding, the class token behind them, positions added. */
        private void embed(Worker worker) {
            int edge = config.patchesPerEdge();
            for (int i; (i = worker.next(tiles * config.patches())) >= 0; ) {
                int patch = i % config.patches();
                image.patch(
                        firstTile + i / config.patches(),
                        patch / edge,
                        patch % edge,
                        config.patchSize(),
                        step.patches.data(),
                        step.patches.offset(i));
            }
            worker.await();
            Linear.pack(worker, step.patches);
            worker.await();
            Linear.multiply(worker, weights.patchEmbedding(), step.patches, step.embedded);
            worker.await();
            float[] position = new float[config.hiddenSize()];
            for (int r; (r = worker.next(step.x.count())) >= 0; ) {
                place(r, position);
            }
            worker.await();
        }

        private void place(int row, float[] position) {
            int tile = row / (config.patches() + 1);
            int token = row % (config.patches() + 1);
            float[] x = step.x.data();
            int at = step.x.offset(row);
            if (token < config.patches()) {
                int from = step.embedded.offset(tile * config.patches() + token);
                System.arraycopy(step.embedded.data(), from, x, at, position.length);
            } else {
                Embedding.row(weights.classEmbedding(), 0, x, at);
            }
            Embedding.row(weights.positionEmbedding(), token, position, 0);
            for (int i = 0; i < position.length; i++) {
                x[at + i] += position[i];
            }
        }

        private void adapt(Worker worker) {
            for (int r; (r = worker.next(step.shuffled.count())) >= 0; ) {
                shuffle(r);
            }
            worker.await();
            multiply(weights.adapter1(), step.shuffled, step.adapted, worker);
            multiply(weights.adapter2(), step.adapted, step.adaptedTwice, worker);
            Linear.pack(worker, step.adaptedTwice);
            worker.await();
        }

        /**
         * A square of patches becomes one row: upper left, upper right, lower left, lower right.
         */
        private void shuffle(int row) {
            int tile = row / config.tokensPerTile();
            int square = row % config.tokensPerTile();
            int shuffle = config.shuffle();
            int edge = config.patchesPerEdge();
            int top = square / (edge / shuffle) * shuffle;
            int left = square % (edge / shuffle) * shuffle;
            int to = step.shuffled.offset(row);
            for (int y = top; y < top + shuffle; y++) {
                int token = tile * (config.patches() + 1) + y * edge + left;
                int count = shuffle * config.hiddenSize(); // neighbours of a row lie side by side
                System.arraycopy(
                        step.x.data(), step.x.offset(token), step.shuffled.data(), to, count);
                to += count;
            }
        }

        /** One half of the adapter; there is an activation after each. */
        private void multiply(Matrix matrix, Rows from, Rows to, Worker worker) {
            Linear.pack(worker, from);
            worker.await();
            Linear.multiply(worker, matrix, from, to);
            worker.await();
            Gelu.apply(worker, to);
            worker.await();
        }
    }
}
