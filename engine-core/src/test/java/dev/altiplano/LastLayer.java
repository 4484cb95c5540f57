package dev.altiplano;

import dev.altiplano.kernels.Rows;
import dev.altiplano.loader.SafetensorsFile;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * The last decoder layer, without position encoding and with one expert a token, and the head: by
 * the formulas of the reference, in double precision, for one KV head.
 */
final class LastLayer {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final double EPSILON = 1e-5;

    private final String prefix;
    private final SafetensorsFile weights;
    private final int hidden;

    private LastLayer(SafetensorsFile weights, int layer) {
        this.weights = weights;
        this.prefix = "model.layers." + layer + ".";
        this.hidden = Math.toIntExact(weights.tensor("model.norm.weight").shape().getFirst());
    }

    /** Of a folder with one file of BF16 weights. */
    static LastLayer of(Path folder, int layer) {
        return new LastLayer(SafetensorsFile.open(folder.resolve("model.safetensors")), layer);
    }

    private double[] tensor(String name) {
        MemorySegment data = weights.data(name);
        double[] values = new double[(int) (data.byteSize() / 2)];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(data.get(SHORT, 2L * i) << 16);
        }
        return values;
    }

    private double[] norm(double[] x, String name) {
        double[] weight = tensor(name);
        double square = 0;
        for (double v : x) {
            square += v * v;
        }
        double factor = 1 / Math.sqrt(square / x.length + EPSILON);
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i] * factor * weight[i];
        }
        return y;
    }

    /** {@code W x}, W in rows of outputs. */
    private double[] multiply(String name, double[] x) {
        double[] w = tensor(name);
        double[] y = new double[w.length / x.length];
        for (int o = 0; o < y.length; o++) {
            for (int i = 0; i < x.length; i++) {
                y[o] += w[o * x.length + i] * x[i];
            }
        }
        return y;
    }

    /** {@code x W}, W of one expert in rows of inputs. */
    private double[] multiply(String name, int expert, double[] x) {
        double[] w = tensor(name);
        int outputs = Math.toIntExact(weights.tensor(name).shape().getLast());
        int start = expert * x.length * outputs;
        double[] y = new double[outputs];
        for (int i = 0; i < x.length; i++) {
            for (int o = 0; o < outputs; o++) {
                y[o] += w[start + i * outputs + o] * x[i];
            }
        }
        return y;
    }

    private static double[] swiGlu(double[] gate, int g, double[] up, int u, int width) {
        double[] y = new double[width];
        for (int i = 0; i < width; i++) {
            y[i] = gate[g + i] / (1 + Math.exp(-gate[g + i])) * up[u + i];
        }
        return y;
    }

    /** The queries of all heads for what the layer gets. */
    double[] query(double[] x, double temperature) {
        double[] q = multiply(prefix + "self_attn.q_proj.weight", attentionInput(x));
        for (int i = 0; i < q.length; i++) {
            q[i] *= temperature;
        }
        return q;
    }

    private double[] attentionInput(double[] x) {
        return norm(x, prefix + "input_layernorm.weight");
    }

    /**
     * Logits of a token.
     *
     * @param x what the layer gets {@code [hidden]}
     * @param temperature factor of its queries
     * @param keys {@code [n, headDim]}, of which each is there {@code counts[i]} times
     * @param needle key and value of one position more; null for none
     */
    float[] logits(
            double[] x,
            double temperature,
            Rows keys,
            Rows values,
            double[] counts,
            Rows @Nullable [] needle) {
        double[] attended = attend(x, query(x, temperature), keys, values, counts, needle);
        double[] y = sum(x, multiply(prefix + "self_attn.o_proj.weight", attended));
        double[] z = sum(y, mixture(norm(y, prefix + "post_attention_layernorm.weight")));
        double[] logits = multiply("lm_head.weight", norm(z, "model.norm.weight"));
        float[] rounded = new float[logits.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = (float) logits[i];
        }
        return rounded;
    }

    private double[] attend(
            double[] x,
            double[] q,
            Rows keys,
            Rows values,
            double[] counts,
            Rows @Nullable [] needle) {
        int dim = keys.width();
        double[] ownKey = multiply(prefix + "self_attn.k_proj.weight", attentionInput(x));
        double[] ownValue = multiply(prefix + "self_attn.v_proj.weight", attentionInput(x));
        double[] out = new double[q.length];
        for (int head = 0; head < q.length / dim; head++) {
            Softmax sum = new Softmax(q, head * dim, dim);
            for (int i = 0; i < counts.length; i++) {
                sum.add(row(keys, i), row(values, i), counts[i]);
            }
            if (needle != null) {
                sum.add(row(needle[0], 0), row(needle[1], 0), 1);
            }
            sum.add(ownKey, ownValue, 1);
            sum.writeTo(out, head * dim);
        }
        return out;
    }

    private static double[] row(Rows rows, int row) {
        double[] values = new double[rows.width()];
        for (int i = 0; i < values.length; i++) {
            values[i] = rows.data()[rows.offset(row) + i];
        }
        return values;
    }

    /** Weights relative to a score of 0: scores here are below 20. */
    private static final class Softmax {
        private final double[] query;
        private final int from;
        private final double[] values;
        private double weights;

        Softmax(double[] query, int from, int dim) {
            this.query = query;
            this.from = from;
            this.values = new double[dim];
        }

        void add(double[] key, double[] value, double count) {
            double score = 0;
            for (int d = 0; d < key.length; d++) {
                score += query[from + d] * key[d];
            }
            double weight = count * Math.exp(score / Math.sqrt(key.length));
            weights += weight;
            for (int d = 0; d < key.length; d++) {
                values[d] += weight * value[d];
            }
        }

        void writeTo(double[] out, int at) {
            for (int d = 0; d < values.length; d++) {
                out[at + d] = values[d] / weights;
            }
        }
    }

    private double[] mixture(double[] x) {
        String block = prefix + "feed_forward.";
        double[] router = multiply(block + "router.weight", x);
        int best = 0;
        for (int i = 1; i < router.length; i++) {
            best = router[i] > router[best] ? i : best;
        }
        double[] weighed = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            weighed[i] = x[i] / (1 + Math.exp(-router[best]));
        }
        double[] both = multiply(block + "experts.gate_up_proj", best, weighed);
        double[] inner = swiGlu(both, 0, both, both.length / 2, both.length / 2);
        double[] routed = multiply(block + "experts.down_proj", best, inner);
        double[] gate = multiply(block + "shared_expert.gate_proj.weight", x);
        double[] up = multiply(block + "shared_expert.up_proj.weight", x);
        double[] shared =
                multiply(
                        block + "shared_expert.down_proj.weight",
                        swiGlu(gate, 0, up, 0, gate.length));
        return sum(routed, shared);
    }

    private double[] sum(double[] x, double[] y) {
        double[] sum = new double[hidden];
        for (int i = 0; i < hidden; i++) {
            sum[i] = x[i] + y[i];
        }
        return sum;
    }
}
