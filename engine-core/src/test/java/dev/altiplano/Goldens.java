package dev.altiplano;

import static java.util.Objects.requireNonNull;

import dev.altiplano.loader.SafetensorsFile;
import dev.altiplano.loader.StoredTensor;

import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Recorded answers of Hugging Face transformers on small checkpoints. */
final class Goldens implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final SafetensorsFile expected;
    private final Map<String, float[][]> read = new HashMap<>();

    private Goldens(SafetensorsFile expected) {
        this.expected = expected;
    }

    /** The checkpoint folder of that name. */
    static Path folder(String name) {
        try {
            URL config =
                    requireNonNull(Goldens.class.getResource("/goldens/" + name + "/config.json"));
            return requireNonNull(Path.of(config.toURI()).getParent());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What was recorded for the checkpoint of that name. */
    static Goldens open(String name) {
        return new Goldens(SafetensorsFile.open(folder(name).resolve("expected.safetensors")));
    }

    /** Prompts in the recording. */
    int prompts() {
        int n = 0;
        while (expected.contains("ids." + n)) {
            n++;
        }
        return n;
    }

    int[] ids(int prompt) {
        return expected.data("ids." + prompt).toArray(INT);
    }

    boolean hasHidden(int prompt) {
        return expected.contains("hidden." + prompt + ".0");
    }

    /** {@code [tokens][hidden]} after a layer; 0 is the embedding. */
    float[][] hidden(int prompt, int layer) {
        return rows("hidden." + prompt + "." + layer);
    }

    /** {@code [positions][vocabulary]}; the last row belongs to the last token. */
    float[][] logits(int prompt) {
        return rows("logits." + prompt);
    }

    private float[][] rows(String name) {
        return read.computeIfAbsent(name, this::read);
    }

    private float[][] read(String name) {
        StoredTensor tensor = expected.tensor(name);
        float[] all = expected.data(name).toArray(FLOAT);
        int width = Math.toIntExact(tensor.shape().getLast());
        float[][] rows = new float[all.length / width][];
        for (int r = 0; r < rows.length; r++) {
            rows[r] = Arrays.copyOfRange(all, r * width, (r + 1) * width);
        }
        return rows;
    }

    /** The largest expected value or 1: differences are judged by it. */
    static double scale(float[][] rows) {
        double scale = 1;
        for (float[] row : rows) {
            for (float value : row) {
                scale = Math.max(scale, Math.abs(value));
            }
        }
        return scale;
    }

    /** The largest difference; NaN if there is any. */
    static double difference(float[] actual, float[] expected) {
        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs(actual[i] - expected[i]);
            largest = difference <= largest ? largest : difference;
        }
        return largest;
    }

    @Override
    public void close() {
        expected.close();
    }
}
