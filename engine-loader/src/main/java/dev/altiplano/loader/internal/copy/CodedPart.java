package dev.altiplano.loader.internal.copy;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.quantise.Float4Codec;
import dev.altiplano.kernels.quantise.WeightCodec;
import dev.altiplano.kernels.quantise.WeightStrip;
import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.TensorSpec;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * A linear map that is written as codes with scales.
 *
 * @param fused linear maps that engines multiply as one, this one among them: they have one global
 *     scale, where the format has such a thing
 */
record CodedPart(Linear linear, Encoding encoding, List<Linear> fused) implements Part {
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    /** Copies the list. */
    CodedPart {
        fused = List.copyOf(fused);
    }

    @Override
    public List<TensorSpec> specs() {
        return encoding.specs(linear);
    }

    @Override
    public long weights() {
        return linear.weights();
    }

    @Override
    public void write(ShardFile shard, Strips strips) throws IOException {
        WeightCodec codec = encoding.codec(encoding.hasGlobalScale() ? largest(strips) : 0);
        if (codec instanceof Float4Codec(float global)) {
            MemorySegment one = MemorySegment.ofArray(new byte[4]);
            one.set(FLOAT, 0, global);
            shard.write(encoding.globalScale(linear), 0, one);
        }
        if (encoding.isInWords()) {
            MemorySegment two = MemorySegment.ofArray(new byte[16]);
            two.set(LONG, 0, linear.outputs());
            two.set(LONG, 8, linear.inputs());
            shard.write(encoding.shape(linear), 0, two);
        }
        strips.eachCounted(
                linear, (scratch, first, count) -> write(shard, codec, scratch, first, count));
    }

    private void write(
            ShardFile shard, WeightCodec codec, Strips.Scratch scratch, int first, int count)
            throws IOException {
        scratch.weights.read(linear.matrix(), linear.first() + first, count);
        try {
            codec.encode(scratch.weights, scratch.coded);
        } catch (IllegalArgumentException e) {
            throw noCode(linear, first, e);
        }
        long rowBytes = encoding.rowBytes(linear);
        MemorySegment codes = scratch.buffer(count * rowBytes);
        scratch.coded.writeCodes(codes, rowBytes);
        shard.write(encoding.codes(linear), first * rowBytes, codes);
        MemorySegment scales = scratch.buffer(count * encoding.scaleBytes(linear));
        scratch.coded.writeScales(scales);
        shard.write(encoding.scales(linear), first * encoding.scaleBytes(linear), scales);
    }

    private static CheckpointException noCode(
            Linear linear, int first, IllegalArgumentException reason) {
        return new CheckpointException(
                "'%s' cannot be encoded: from output %d on, %s"
                        .formatted(linear.name(), first, reason.getMessage()),
                reason);
    }

    /** The largest magnitude of all linear maps with the same global scale. */
    private float largest(Strips strips) {
        float all = 0;
        for (Linear part : fused) {
            float[] each = new float[Strips.of(part)];
            strips.each(
                    part,
                    (scratch, first, count) -> {
                        scratch.weights.read(part.matrix(), part.first() + first, count);
                        try {
                            each[stripOf(first)] = scratch.weights.largest();
                        } catch (IllegalArgumentException e) {
                            throw noCode(part, first, e);
                        }
                    });
            for (float largest : each) {
                all = Math.max(all, largest);
            }
        }
        return all;
    }

    private static int stripOf(int first) {
        return first / WeightStrip.WIDTH;
    }

    @Override
    public void verify(WrittenCopy copy, Strips strips, ErrorSum errors) {
        Linear written = copy.linear(linear.name());
        WeightCodec codec = encoding.codec(1);
        double[][] squares = new double[Strips.of(linear)][2];
        strips.eachCounted(
                linear,
                (scratch, first, count) -> {
                    scratch.weights.read(linear.matrix(), linear.first() + first, count);
                    scratch.written.read(written.matrix(), written.first() + first, count);
                    compare(copy, codec, scratch, first, squares[stripOf(first)]);
                });
        for (double[] strip : squares) { // in this order, whoever computed them
            errors.add(strip[0], strip[1]);
        }
    }

    private void compare(
            WrittenCopy copy, WeightCodec codec, Strips.Scratch s, int first, double[] squares) {
        Matrix written = copy.linear(linear.name()).matrix();
        int group = Math.min(encoding.group(), linear.inputs());
        for (int j = 0; j < s.weights.outputs(); j++) {
            for (int from = 0; from < linear.inputs(); from += group) {
                float scale = written.scale(first + j, from);
                int end = Math.min(from + group, linear.inputs());
                for (int i = from; i < end; i++) {
                    float weight = s.weights.at(j, i);
                    float found = s.written.at(j, i);
                    if (!codec.isNear(weight, found, scale)) {
                        throw copy.wrong(encoding.codes(linear), first + j, i, found, weight);
                    }
                    squares[0] += (double) weight * weight;
                    squares[1] += (double) (weight - found) * (weight - found);
                }
            }
        }
    }
}
