package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.altiplano.cache.KvCache;
import dev.altiplano.cache.KvFile;
import dev.altiplano.cache.KvSettings;
import dev.altiplano.cache.KvStore;
import dev.altiplano.kernels.KvLayout;
import dev.altiplano.kernels.KvPages;
import dev.altiplano.kernels.KvType;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.Workers;
import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.Llama4Config;
import dev.altiplano.model.Reader;
import dev.altiplano.model.TextModel;
import dev.altiplano.model.Wish;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/**
 * A small model at a context of 10,485,760 tokens: memory, a needle, and the time of a token.
 *
 * <p>To read so many tokens would take hours. The keys and values of the full layer are written
 * instead: random ones, the same in each chunk, so that a formula over one chunk says what
 * attention to all of them gives. The last tokens are read by the model.
 */
class TenMillionTokensTest {
    private static final int CONTEXT = 10_485_760;
    private static final int CHUNK = 8192;
    private static final int BLOCK = 256;

    /** Whether what takes long is measured too: blocks of a prompt, and the way to a file. */
    private static final boolean MEASURES_ALL = Boolean.getBoolean("altiplano.measureAll");

    private static final int FULL_LAYER = 3;
    private static final int TOKEN = 77;

    /** How far the needle's score lies above the others: it gets about half of the weight. */
    private static final double NEEDLE_SCORE = Math.log(CONTEXT);

    private final Random random;
    private final long seed = new Random().nextLong();
    private final Checkpoint checkpoint = Checkpoint.open(Goldens.folder("real_chunk"));
    private final Llama4Config config = checkpoint.config();
    private final KvLayout layout = new KvLayout(config.kvHeads(), config.headDim(), KvType.BF16);
    private final KvStore store = new KvStore(config, layout, KvSettings.unlimited(), 256);
    private final TextModel model = new TextModel(config, checkpoint.text(), store, 2, 256);
    private final Workers workers = new Workers(2);
    private final Rows keys = Rows.of(CHUNK, config.kvHeads() * config.headDim());
    private final Rows values = Rows.of(CHUNK, config.kvHeads() * config.headDim());
    private final LastLayer oracle = LastLayer.of(Goldens.folder("real_chunk"), FULL_LAYER);

    TenMillionTokensTest() {
        random = new Random(seed);
        for (int i = 0; i < keys.data().length; i++) {
            keys.data()[i] = bf16(random.nextGaussian());
            values.data()[i] = bf16(random.nextGaussian());
        }
    }

    private static float bf16(double value) {
        return Float.intBitsToFloat(Float.floatToIntBits((float) value) & 0xFFFF0000);
    }

    @AfterEach
    void close() {
        workers.close();
        model.close();
        checkpoint.close();
    }

    @Test
    void memoryIsAsPlannedAndANeedleIsFound() throws IOException {
        long before = residentBytes();
        try (KvCache cache = model.newCache()) {
            System.out.println("| tokens | keys and values, MB | a token, ms | a block, ms |");
            System.out.println("|---|---|---|---|");
            for (int depth = 1 << 20; depth < CONTEXT; depth *= 2) {
                grow(cache, depth);
                report(cache);
            }
            grow(cache, CONTEXT - BLOCK);
            report(cache);
            grow(cache, CONTEXT - 1);

            long planned = KvStore.bytes(config, layout, CONTEXT);
            assertThat(cache.bytes()).isEqualTo(planned);
            assertThat((double) store.takenBytes())
                    .isCloseTo((double) planned, Percentage.withPercentage(5));
            System.out.printf(
                    "planned %.1f MB, taken %.1f MB, the process has grown by %.1f MB%n",
                    planned * 1e-6, store.takenBytes() * 1e-6, (residentBytes() - before) * 1e-6);
            findNeedle(cache);
            if (MEASURES_ALL) {
                saveAndRestore(cache);
            }
        }
    }

    private void saveAndRestore(KvCache cache) throws IOException {
        Path file = Files.createTempFile("altiplano", ".kv");
        try (KvCache other = model.newCache()) {
            long start = System.nanoTime();
            cache.save(file, new byte[0]);
            long saved = System.nanoTime();
            try (KvFile opened = KvFile.open(file)) {
                other.restore(opened, cache.position());
            }
            long restored = System.nanoTime();
            double gigabytes = Files.size(file) * 1e-9;
            System.out.printf(
                    "%.2f GB saved at %.2f GB/s, restored at %.2f GB/s%n",
                    gigabytes,
                    gigabytes / ((saved - start) * 1e-9),
                    gigabytes / ((restored - saved) * 1e-9));
            assertThat(decode(other).logits).isEqualTo(decode(cache).logits);
        } finally {
            Files.delete(file);
        }
    }

    private void findNeedle(KvCache cache) {
        Answer plain = decode(cache);
        assertThat(plain.logits)
                .as("seed %d", seed)
                .containsExactly(expected(plain, -1), close(plain));

        int slot = random.nextInt(CONTEXT - 1);
        double[] query = oracle.query(plain.hidden, temperature());
        hide(cache, slot, query);
        Answer found = decode(cache);

        assertThat(found.logits)
                .as("needle at %d, seed %d", slot, seed)
                .containsExactly(expected(found, slot), close(found));
        assertThat(Goldens.difference(found.logits, plain.logits))
                .as("what the needle changes, seed %d", seed)
                .isGreaterThan(1e-2);
    }

    /** The last token of the context: what the full layer gets, and the logits. */
    private Answer decode(KvCache cache) {
        Answer answer =
                new Answer(new double[config.hiddenSize()], new float[config.vocabularySize()]);
        Wish wish =
                new Wish(
                        (position, rows) ->
                                System.arraycopy(
                                        rows.data(), 0, answer.logits, 0, answer.logits.length),
                        false,
                        (layer, position, x) -> {
                            for (int i = 0; layer == FULL_LAYER && i < x.width(); i++) {
                                answer.hidden[i] = x.data()[x.offset(0) + i];
                            }
                        },
                        null);
        model.newReader(cache).read(new int[] {TOKEN}, 0, 1, wish);
        assertThat(cache.position()).isEqualTo(CONTEXT);
        cache.truncate(CONTEXT - 1);
        return answer;
    }

    @SuppressWarnings("ArrayRecordComponent") // read once, by the test that made it
    private record Answer(double[] hidden, float[] logits) {}

    private double temperature() {
        return 1 + 0.1 * Math.log1p(CONTEXT / CHUNK); // at the last position: (p + 1) / 8192
    }

    /** Every chunk counts as often as it is there; the needle stands in for one position. */
    private float[] expected(Answer answer, int needle) {
        int whole = (CONTEXT - 1) / CHUNK;
        int rest = (CONTEXT - 1) % CHUNK;
        double[] counts = new double[CHUNK];
        for (int i = 0; i < CHUNK; i++) {
            counts[i] = whole + (i < rest ? 1 : 0) - (needle >= 0 && needle % CHUNK == i ? 1 : 0);
        }
        return oracle.logits(
                answer.hidden, temperature(), keys, values, counts, needle < 0 ? null : needleRows);
    }

    private Rows[] needleRows = {};

    /** A key that lies along the first head's query, and a large value. */
    private void hide(KvCache cache, int slot, double[] query) {
        Rows key = Rows.of(1, keys.width());
        Rows value = Rows.of(1, keys.width());
        double square = 0;
        for (int d = 0; d < config.headDim(); d++) {
            square += query[d] * query[d];
        }
        double factor = NEEDLE_SCORE * Math.sqrt(config.headDim()) / square;
        for (int d = 0; d < config.headDim(); d++) {
            key.data()[d] = bf16(query[d] * factor);
            value.data()[d] = bf16(5 * random.nextGaussian());
        }
        KvPages page = new KvPages();
        page.add(cache.layer(FULL_LAYER).pages().page(slot / KvLayout.PAGE));
        page.fill(slot % KvLayout.PAGE);
        workers.run(w -> layout.store(w, page, key, value));
        needleRows = new Rows[] {key, value};
    }

    /** Sums of ten million weights in FP32, folded in chunks: about 1e-5 of the largest logit. */
    private static org.assertj.core.data.Offset<Float> close(Answer answer) {
        float largest = 1;
        for (float logit : answer.logits) {
            largest = Math.max(largest, Math.abs(logit));
        }
        return within(1e-4f * largest);
    }

    private void grow(KvCache cache, int end) {
        while (cache.position() < end) {
            int from = cache.position();
            int count = Math.min(CHUNK - from % CHUNK, end - from);
            cache.begin(count);
            Rows k = keys.part(from % CHUNK, count);
            Rows v = values.part(from % CHUNK, count);
            KvPages pages = cache.layer(FULL_LAYER).pages();
            workers.run(w -> layout.store(w, pages, k, v));
            cache.commit(count);
        }
    }

    private void report(KvCache cache) {
        int depth = cache.position();
        int[] tokens = new int[BLOCK];
        Arrays.fill(tokens, TOKEN);
        Reader reader = model.newReader(cache);
        Wish wish = new Wish((position, rows) -> {}, false, null, null);
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            reader.read(tokens, 0, 1, wish);
            least = Math.min(least, System.nanoTime() - start);
            cache.truncate(depth);
        }
        long start = System.nanoTime();
        if (MEASURES_ALL) {
            reader.read(tokens, 0, BLOCK, wish);
            cache.truncate(depth);
        }
        long block = System.nanoTime() - start;
        System.out.printf(
                "| %d | %.1f | %.2f | %.0f |%n",
                depth, cache.bytes() * 1e-6, least * 1e-6, block * 1e-6);
    }

    /** What the process holds in memory; 0 where the system does not say. */
    private static long residentBytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        System.gc(); // so that the heap is as small as it can be, before and after
        String line =
                Files.readAllLines(status).stream()
                        .filter(l -> l.startsWith("VmRSS:"))
                        .findAny()
                        .orElseThrow();
        return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
    }
}
