package dev.altiplano.kernels.simd;

import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.XOR;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/**
 * Dot products of rows of 8-bit whole numbers with activations in their own order: bytes are
 * widened as they are loaded. Biased codes become signed ones by their uppermost bit. Sums are left
 * in lanes, as {@link Bf16Dots} does, and scaled by the caller.
 */
final class Int8Dots {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final VectorSpecies<Byte> Q = Bytes.SPECIES;
    private static final int L = F.length();
    private static final byte FLIP = (byte) 0x80;

    private Int8Dots() {}

    /** 4 rows. */
    static void x4(MemorySegment w, long o0, long stride, int n, MemorySegment x, float[] lanes) {
        Mapped.guard(w, o0);
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int k = 0; k < n; k += L) {
            FloatVector a = FloatVector.fromMemorySegment(F, x, 4L * k, LITTLE_ENDIAN);
            s0 =
                    ((FloatVector)
                                    ((IntVector)
                                                    ByteVector.fromMemorySegment(
                                                                    Q, w, o0 + k, LITTLE_ENDIAN)
                                                            .convertShape(B2I, I, 0))
                                            .convert(I2F, 0))
                            .fma(a, s0);
            s1 =
                    ((FloatVector)
                                    ((IntVector)
                                                    ByteVector.fromMemorySegment(
                                                                    Q, w, o1 + k, LITTLE_ENDIAN)
                                                            .convertShape(B2I, I, 0))
                                            .convert(I2F, 0))
                            .fma(a, s1);
            s2 =
                    ((FloatVector)
                                    ((IntVector)
                                                    ByteVector.fromMemorySegment(
                                                                    Q, w, o2 + k, LITTLE_ENDIAN)
                                                            .convertShape(B2I, I, 0))
                                            .convert(I2F, 0))
                            .fma(a, s2);
            s3 =
                    ((FloatVector)
                                    ((IntVector)
                                                    ByteVector.fromMemorySegment(
                                                                    Q, w, o3 + k, LITTLE_ENDIAN)
                                                            .convertShape(B2I, I, 0))
                                            .convert(I2F, 0))
                            .fma(a, s3);
        }
        s0.intoArray(lanes, 0);
        s1.intoArray(lanes, L);
        s2.intoArray(lanes, 2 * L);
        s3.intoArray(lanes, 3 * L);
    }

    /** 1 row, with lanes at place {@code i}. */
    static void x1(MemorySegment w, long o0, int n, MemorySegment x, float[] lanes, int i) {
        Mapped.guard(w, o0);
        FloatVector s0 = FloatVector.zero(F);
        for (int k = 0; k < n; k += L) {
            FloatVector a = FloatVector.fromMemorySegment(F, x, 4L * k, LITTLE_ENDIAN);
            s0 =
                    ((FloatVector)
                                    ((IntVector)
                                                    ByteVector.fromMemorySegment(
                                                                    Q, w, o0 + k, LITTLE_ENDIAN)
                                                            .convertShape(B2I, I, 0))
                                            .convert(I2F, 0))
                            .fma(a, s0);
        }
        s0.intoArray(lanes, i * L);
    }

    /** 4 rows of biased codes. */
    static void biasedX4(
            MemorySegment w, long o0, long stride, int n, MemorySegment x, float[] lanes) {
        Mapped.guard(w, o0);
        long o1 = o0 + stride;
        long o2 = o1 + stride;
        long o3 = o2 + stride;
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int k = 0; k < n; k += L) {
            FloatVector a = FloatVector.fromMemorySegment(F, x, 4L * k, LITTLE_ENDIAN);
            s0 =
                    ((FloatVector)
                                    ((IntVector)
                                                    ByteVector.fromMemorySegment(
                                                                    Q, w, o0 + k, LITTLE_ENDIAN)
                                                            .lanewise(XOR, FLIP)
                                                            .convertShape(B2I, I, 0))
                                            .convert(I2F, 0))
                            .fma(a, s0);
            s1 =
                    ((FloatVector)
                                    ((IntVector)
                                                    ByteVector.fromMemorySegment(
                                                                    Q, w, o1 + k, LITTLE_ENDIAN)
                                                            .lanewise(XOR, FLIP)
                                                            .convertShape(B2I, I, 0))
                                            .convert(I2F, 0))
                            .fma(a, s1);
            s2 =
                    ((FloatVector)
                                    ((IntVector)
                                                    ByteVector.fromMemorySegment(
                                                                    Q, w, o2 + k, LITTLE_ENDIAN)
                                                            .lanewise(XOR, FLIP)
                                                            .convertShape(B2I, I, 0))
                                            .convert(I2F, 0))
                            .fma(a, s2);
            s3 =
                    ((FloatVector)
                                    ((IntVector)
                                                    ByteVector.fromMemorySegment(
                                                                    Q, w, o3 + k, LITTLE_ENDIAN)
                                                            .lanewise(XOR, FLIP)
                                                            .convertShape(B2I, I, 0))
                                            .convert(I2F, 0))
                            .fma(a, s3);
        }
        s0.intoArray(lanes, 0);
        s1.intoArray(lanes, L);
        s2.intoArray(lanes, 2 * L);
        s3.intoArray(lanes, 3 * L);
    }

    /** 1 row of biased codes, with lanes at place {@code i}. */
    static void biasedX1(MemorySegment w, long o0, int n, MemorySegment x, float[] lanes, int i) {
        Mapped.guard(w, o0);
        FloatVector s0 = FloatVector.zero(F);
        for (int k = 0; k < n; k += L) {
            FloatVector a = FloatVector.fromMemorySegment(F, x, 4L * k, LITTLE_ENDIAN);
            s0 =
                    ((FloatVector)
                                    ((IntVector)
                                                    ByteVector.fromMemorySegment(
                                                                    Q, w, o0 + k, LITTLE_ENDIAN)
                                                            .lanewise(XOR, FLIP)
                                                            .convertShape(B2I, I, 0))
                                            .convert(I2F, 0))
                            .fma(a, s0);
        }
        s0.intoArray(lanes, i * L);
    }

    /** Codes of one row as FP32, unscaled and in their order. */
    static void decode(MemorySegment w, long o0, int n, MemorySegment out, long at) {
        Mapped.guard(w, o0);
        for (int k = 0; k < n; k += L) {
            ((FloatVector)
                            ((IntVector)
                                            ByteVector.fromMemorySegment(
                                                            Q, w, o0 + k, LITTLE_ENDIAN)
                                                    .convertShape(B2I, I, 0))
                                    .convert(I2F, 0))
                    .intoMemorySegment(out, at + 4L * k, LITTLE_ENDIAN);
        }
    }

    /** Biased codes of one row as FP32, unscaled and in their order. */
    static void decodeBiased(MemorySegment w, long o0, int n, MemorySegment out, long at) {
        Mapped.guard(w, o0);
        for (int k = 0; k < n; k += L) {
            ((FloatVector)
                            ((IntVector)
                                            ByteVector.fromMemorySegment(
                                                            Q, w, o0 + k, LITTLE_ENDIAN)
                                                    .lanewise(XOR, FLIP)
                                                    .convertShape(B2I, I, 0))
                                    .convert(I2F, 0))
                    .intoMemorySegment(out, at + 4L * k, LITTLE_ENDIAN);
        }
    }
}
