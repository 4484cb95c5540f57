package dev.altiplano.kernels.simd;

import static dev.altiplano.kernels.internal.TileOperands.STRIDE;

import dev.altiplano.kernels.internal.TileOperands;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Register tiles of a matrix product: {@code c[r, j] += sum over k of a[r, k] * b[k, j]} for a few rows r
 * and one or two vectors of columns j.
 *
 * <p>Each sum is one chain of fused multiply-adds in the order of k that starts from zero, whatever the
 * shape of the tile: a result does not depend on the tile that computed it.
 *
 * <p>Why everything is written out: C2 keeps accumulators in registers only when they are local
 * variables, and refuses to inline helpers into bodies of this size. The accumulator is the addend of
 * {@code fma} because x86 overwrites the addend.
 */
final class Tiles {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;

    private Tiles() {}

    static void tile12x2(TileOperands t) {
        float[] a = t.a;
        float[] b = t.b;
        int a0 = t.a0;
        int b0 = t.b0;
        int step = t.step;
        int depth = t.depth;
        int b1 = t.b1;
        FloatVector s00 = FloatVector.zero(F);
        FloatVector s01 = FloatVector.zero(F);
        FloatVector s10 = FloatVector.zero(F);
        FloatVector s11 = FloatVector.zero(F);
        FloatVector s20 = FloatVector.zero(F);
        FloatVector s21 = FloatVector.zero(F);
        FloatVector s30 = FloatVector.zero(F);
        FloatVector s31 = FloatVector.zero(F);
        FloatVector s40 = FloatVector.zero(F);
        FloatVector s41 = FloatVector.zero(F);
        FloatVector s50 = FloatVector.zero(F);
        FloatVector s51 = FloatVector.zero(F);
        FloatVector s60 = FloatVector.zero(F);
        FloatVector s61 = FloatVector.zero(F);
        FloatVector s70 = FloatVector.zero(F);
        FloatVector s71 = FloatVector.zero(F);
        FloatVector s80 = FloatVector.zero(F);
        FloatVector s81 = FloatVector.zero(F);
        FloatVector s90 = FloatVector.zero(F);
        FloatVector s91 = FloatVector.zero(F);
        FloatVector s100 = FloatVector.zero(F);
        FloatVector s101 = FloatVector.zero(F);
        FloatVector s110 = FloatVector.zero(F);
        FloatVector s111 = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector x0 = FloatVector.fromArray(F, b, b0 + k * step);
            FloatVector x1 = FloatVector.fromArray(F, b, b1 + k * step);
            FloatVector w0 = FloatVector.broadcast(F, a[a0 + k]);
            s00 = w0.fma(x0, s00);
            s01 = w0.fma(x1, s01);
            FloatVector w1 = FloatVector.broadcast(F, a[a0 + STRIDE + k]);
            s10 = w1.fma(x0, s10);
            s11 = w1.fma(x1, s11);
            FloatVector w2 = FloatVector.broadcast(F, a[a0 + 2 * STRIDE + k]);
            s20 = w2.fma(x0, s20);
            s21 = w2.fma(x1, s21);
            FloatVector w3 = FloatVector.broadcast(F, a[a0 + 3 * STRIDE + k]);
            s30 = w3.fma(x0, s30);
            s31 = w3.fma(x1, s31);
            FloatVector w4 = FloatVector.broadcast(F, a[a0 + 4 * STRIDE + k]);
            s40 = w4.fma(x0, s40);
            s41 = w4.fma(x1, s41);
            FloatVector w5 = FloatVector.broadcast(F, a[a0 + 5 * STRIDE + k]);
            s50 = w5.fma(x0, s50);
            s51 = w5.fma(x1, s51);
            FloatVector w6 = FloatVector.broadcast(F, a[a0 + 6 * STRIDE + k]);
            s60 = w6.fma(x0, s60);
            s61 = w6.fma(x1, s61);
            FloatVector w7 = FloatVector.broadcast(F, a[a0 + 7 * STRIDE + k]);
            s70 = w7.fma(x0, s70);
            s71 = w7.fma(x1, s71);
            FloatVector w8 = FloatVector.broadcast(F, a[a0 + 8 * STRIDE + k]);
            s80 = w8.fma(x0, s80);
            s81 = w8.fma(x1, s81);
            FloatVector w9 = FloatVector.broadcast(F, a[a0 + 9 * STRIDE + k]);
            s90 = w9.fma(x0, s90);
            s91 = w9.fma(x1, s91);
            FloatVector w10 = FloatVector.broadcast(F, a[a0 + 10 * STRIDE + k]);
            s100 = w10.fma(x0, s100);
            s101 = w10.fma(x1, s101);
            FloatVector w11 = FloatVector.broadcast(F, a[a0 + 11 * STRIDE + k]);
            s110 = w11.fma(x0, s110);
            s111 = w11.fma(x1, s111);
        }
        float[] c = t.c;
        int c0 = t.c0;
        int c1 = t.c1;
        int step1 = t.rowStep;
        FloatVector.fromArray(F, c, c0).add(s00).intoArray(c, c0);
        FloatVector.fromArray(F, c, c1).add(s01).intoArray(c, c1);
        FloatVector.fromArray(F, c, c0 + step1).add(s10).intoArray(c, c0 + step1);
        FloatVector.fromArray(F, c, c1 + step1).add(s11).intoArray(c, c1 + step1);
        FloatVector.fromArray(F, c, c0 + 2 * step1).add(s20).intoArray(c, c0 + 2 * step1);
        FloatVector.fromArray(F, c, c1 + 2 * step1).add(s21).intoArray(c, c1 + 2 * step1);
        FloatVector.fromArray(F, c, c0 + 3 * step1).add(s30).intoArray(c, c0 + 3 * step1);
        FloatVector.fromArray(F, c, c1 + 3 * step1).add(s31).intoArray(c, c1 + 3 * step1);
        FloatVector.fromArray(F, c, c0 + 4 * step1).add(s40).intoArray(c, c0 + 4 * step1);
        FloatVector.fromArray(F, c, c1 + 4 * step1).add(s41).intoArray(c, c1 + 4 * step1);
        FloatVector.fromArray(F, c, c0 + 5 * step1).add(s50).intoArray(c, c0 + 5 * step1);
        FloatVector.fromArray(F, c, c1 + 5 * step1).add(s51).intoArray(c, c1 + 5 * step1);
        FloatVector.fromArray(F, c, c0 + 6 * step1).add(s60).intoArray(c, c0 + 6 * step1);
        FloatVector.fromArray(F, c, c1 + 6 * step1).add(s61).intoArray(c, c1 + 6 * step1);
        FloatVector.fromArray(F, c, c0 + 7 * step1).add(s70).intoArray(c, c0 + 7 * step1);
        FloatVector.fromArray(F, c, c1 + 7 * step1).add(s71).intoArray(c, c1 + 7 * step1);
        FloatVector.fromArray(F, c, c0 + 8 * step1).add(s80).intoArray(c, c0 + 8 * step1);
        FloatVector.fromArray(F, c, c1 + 8 * step1).add(s81).intoArray(c, c1 + 8 * step1);
        FloatVector.fromArray(F, c, c0 + 9 * step1).add(s90).intoArray(c, c0 + 9 * step1);
        FloatVector.fromArray(F, c, c1 + 9 * step1).add(s91).intoArray(c, c1 + 9 * step1);
        FloatVector.fromArray(F, c, c0 + 10 * step1).add(s100).intoArray(c, c0 + 10 * step1);
        FloatVector.fromArray(F, c, c1 + 10 * step1).add(s101).intoArray(c, c1 + 10 * step1);
        FloatVector.fromArray(F, c, c0 + 11 * step1).add(s110).intoArray(c, c0 + 11 * step1);
        FloatVector.fromArray(F, c, c1 + 11 * step1).add(s111).intoArray(c, c1 + 11 * step1);
    }

    static void tile8x2(TileOperands t) {
        float[] a = t.a;
        float[] b = t.b;
        int a0 = t.a0;
        int b0 = t.b0;
        int step = t.step;
        int depth = t.depth;
        int b1 = t.b1;
        FloatVector s00 = FloatVector.zero(F);
        FloatVector s01 = FloatVector.zero(F);
        FloatVector s10 = FloatVector.zero(F);
        FloatVector s11 = FloatVector.zero(F);
        FloatVector s20 = FloatVector.zero(F);
        FloatVector s21 = FloatVector.zero(F);
        FloatVector s30 = FloatVector.zero(F);
        FloatVector s31 = FloatVector.zero(F);
        FloatVector s40 = FloatVector.zero(F);
        FloatVector s41 = FloatVector.zero(F);
        FloatVector s50 = FloatVector.zero(F);
        FloatVector s51 = FloatVector.zero(F);
        FloatVector s60 = FloatVector.zero(F);
        FloatVector s61 = FloatVector.zero(F);
        FloatVector s70 = FloatVector.zero(F);
        FloatVector s71 = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector x0 = FloatVector.fromArray(F, b, b0 + k * step);
            FloatVector x1 = FloatVector.fromArray(F, b, b1 + k * step);
            FloatVector w0 = FloatVector.broadcast(F, a[a0 + k]);
            s00 = w0.fma(x0, s00);
            s01 = w0.fma(x1, s01);
            FloatVector w1 = FloatVector.broadcast(F, a[a0 + STRIDE + k]);
            s10 = w1.fma(x0, s10);
            s11 = w1.fma(x1, s11);
            FloatVector w2 = FloatVector.broadcast(F, a[a0 + 2 * STRIDE + k]);
            s20 = w2.fma(x0, s20);
            s21 = w2.fma(x1, s21);
            FloatVector w3 = FloatVector.broadcast(F, a[a0 + 3 * STRIDE + k]);
            s30 = w3.fma(x0, s30);
            s31 = w3.fma(x1, s31);
            FloatVector w4 = FloatVector.broadcast(F, a[a0 + 4 * STRIDE + k]);
            s40 = w4.fma(x0, s40);
            s41 = w4.fma(x1, s41);
            FloatVector w5 = FloatVector.broadcast(F, a[a0 + 5 * STRIDE + k]);
            s50 = w5.fma(x0, s50);
            s51 = w5.fma(x1, s51);
            FloatVector w6 = FloatVector.broadcast(F, a[a0 + 6 * STRIDE + k]);
            s60 = w6.fma(x0, s60);
            s61 = w6.fma(x1, s61);
            FloatVector w7 = FloatVector.broadcast(F, a[a0 + 7 * STRIDE + k]);
            s70 = w7.fma(x0, s70);
            s71 = w7.fma(x1, s71);
        }
        float[] c = t.c;
        int c0 = t.c0;
        int c1 = t.c1;
        int step1 = t.rowStep;
        FloatVector.fromArray(F, c, c0).add(s00).intoArray(c, c0);
        FloatVector.fromArray(F, c, c1).add(s01).intoArray(c, c1);
        FloatVector.fromArray(F, c, c0 + step1).add(s10).intoArray(c, c0 + step1);
        FloatVector.fromArray(F, c, c1 + step1).add(s11).intoArray(c, c1 + step1);
        FloatVector.fromArray(F, c, c0 + 2 * step1).add(s20).intoArray(c, c0 + 2 * step1);
        FloatVector.fromArray(F, c, c1 + 2 * step1).add(s21).intoArray(c, c1 + 2 * step1);
        FloatVector.fromArray(F, c, c0 + 3 * step1).add(s30).intoArray(c, c0 + 3 * step1);
        FloatVector.fromArray(F, c, c1 + 3 * step1).add(s31).intoArray(c, c1 + 3 * step1);
        FloatVector.fromArray(F, c, c0 + 4 * step1).add(s40).intoArray(c, c0 + 4 * step1);
        FloatVector.fromArray(F, c, c1 + 4 * step1).add(s41).intoArray(c, c1 + 4 * step1);
        FloatVector.fromArray(F, c, c0 + 5 * step1).add(s50).intoArray(c, c0 + 5 * step1);
        FloatVector.fromArray(F, c, c1 + 5 * step1).add(s51).intoArray(c, c1 + 5 * step1);
        FloatVector.fromArray(F, c, c0 + 6 * step1).add(s60).intoArray(c, c0 + 6 * step1);
        FloatVector.fromArray(F, c, c1 + 6 * step1).add(s61).intoArray(c, c1 + 6 * step1);
        FloatVector.fromArray(F, c, c0 + 7 * step1).add(s70).intoArray(c, c0 + 7 * step1);
        FloatVector.fromArray(F, c, c1 + 7 * step1).add(s71).intoArray(c, c1 + 7 * step1);
    }

    static void tile5x2(TileOperands t) {
        float[] a = t.a;
        float[] b = t.b;
        int a0 = t.a0;
        int b0 = t.b0;
        int step = t.step;
        int depth = t.depth;
        int b1 = t.b1;
        FloatVector s00 = FloatVector.zero(F);
        FloatVector s01 = FloatVector.zero(F);
        FloatVector s10 = FloatVector.zero(F);
        FloatVector s11 = FloatVector.zero(F);
        FloatVector s20 = FloatVector.zero(F);
        FloatVector s21 = FloatVector.zero(F);
        FloatVector s30 = FloatVector.zero(F);
        FloatVector s31 = FloatVector.zero(F);
        FloatVector s40 = FloatVector.zero(F);
        FloatVector s41 = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector x0 = FloatVector.fromArray(F, b, b0 + k * step);
            FloatVector x1 = FloatVector.fromArray(F, b, b1 + k * step);
            FloatVector w0 = FloatVector.broadcast(F, a[a0 + k]);
            s00 = w0.fma(x0, s00);
            s01 = w0.fma(x1, s01);
            FloatVector w1 = FloatVector.broadcast(F, a[a0 + STRIDE + k]);
            s10 = w1.fma(x0, s10);
            s11 = w1.fma(x1, s11);
            FloatVector w2 = FloatVector.broadcast(F, a[a0 + 2 * STRIDE + k]);
            s20 = w2.fma(x0, s20);
            s21 = w2.fma(x1, s21);
            FloatVector w3 = FloatVector.broadcast(F, a[a0 + 3 * STRIDE + k]);
            s30 = w3.fma(x0, s30);
            s31 = w3.fma(x1, s31);
            FloatVector w4 = FloatVector.broadcast(F, a[a0 + 4 * STRIDE + k]);
            s40 = w4.fma(x0, s40);
            s41 = w4.fma(x1, s41);
        }
        float[] c = t.c;
        int c0 = t.c0;
        int c1 = t.c1;
        int step1 = t.rowStep;
        FloatVector.fromArray(F, c, c0).add(s00).intoArray(c, c0);
        FloatVector.fromArray(F, c, c1).add(s01).intoArray(c, c1);
        FloatVector.fromArray(F, c, c0 + step1).add(s10).intoArray(c, c0 + step1);
        FloatVector.fromArray(F, c, c1 + step1).add(s11).intoArray(c, c1 + step1);
        FloatVector.fromArray(F, c, c0 + 2 * step1).add(s20).intoArray(c, c0 + 2 * step1);
        FloatVector.fromArray(F, c, c1 + 2 * step1).add(s21).intoArray(c, c1 + 2 * step1);
        FloatVector.fromArray(F, c, c0 + 3 * step1).add(s30).intoArray(c, c0 + 3 * step1);
        FloatVector.fromArray(F, c, c1 + 3 * step1).add(s31).intoArray(c, c1 + 3 * step1);
        FloatVector.fromArray(F, c, c0 + 4 * step1).add(s40).intoArray(c, c0 + 4 * step1);
        FloatVector.fromArray(F, c, c1 + 4 * step1).add(s41).intoArray(c, c1 + 4 * step1);
    }

    static void tile4x2(TileOperands t) {
        float[] a = t.a;
        float[] b = t.b;
        int a0 = t.a0;
        int b0 = t.b0;
        int step = t.step;
        int depth = t.depth;
        int b1 = t.b1;
        FloatVector s00 = FloatVector.zero(F);
        FloatVector s01 = FloatVector.zero(F);
        FloatVector s10 = FloatVector.zero(F);
        FloatVector s11 = FloatVector.zero(F);
        FloatVector s20 = FloatVector.zero(F);
        FloatVector s21 = FloatVector.zero(F);
        FloatVector s30 = FloatVector.zero(F);
        FloatVector s31 = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector x0 = FloatVector.fromArray(F, b, b0 + k * step);
            FloatVector x1 = FloatVector.fromArray(F, b, b1 + k * step);
            FloatVector w0 = FloatVector.broadcast(F, a[a0 + k]);
            s00 = w0.fma(x0, s00);
            s01 = w0.fma(x1, s01);
            FloatVector w1 = FloatVector.broadcast(F, a[a0 + STRIDE + k]);
            s10 = w1.fma(x0, s10);
            s11 = w1.fma(x1, s11);
            FloatVector w2 = FloatVector.broadcast(F, a[a0 + 2 * STRIDE + k]);
            s20 = w2.fma(x0, s20);
            s21 = w2.fma(x1, s21);
            FloatVector w3 = FloatVector.broadcast(F, a[a0 + 3 * STRIDE + k]);
            s30 = w3.fma(x0, s30);
            s31 = w3.fma(x1, s31);
        }
        float[] c = t.c;
        int c0 = t.c0;
        int c1 = t.c1;
        int step1 = t.rowStep;
        FloatVector.fromArray(F, c, c0).add(s00).intoArray(c, c0);
        FloatVector.fromArray(F, c, c1).add(s01).intoArray(c, c1);
        FloatVector.fromArray(F, c, c0 + step1).add(s10).intoArray(c, c0 + step1);
        FloatVector.fromArray(F, c, c1 + step1).add(s11).intoArray(c, c1 + step1);
        FloatVector.fromArray(F, c, c0 + 2 * step1).add(s20).intoArray(c, c0 + 2 * step1);
        FloatVector.fromArray(F, c, c1 + 2 * step1).add(s21).intoArray(c, c1 + 2 * step1);
        FloatVector.fromArray(F, c, c0 + 3 * step1).add(s30).intoArray(c, c0 + 3 * step1);
        FloatVector.fromArray(F, c, c1 + 3 * step1).add(s31).intoArray(c, c1 + 3 * step1);
    }

    static void tile2x2(TileOperands t) {
        float[] a = t.a;
        float[] b = t.b;
        int a0 = t.a0;
        int b0 = t.b0;
        int step = t.step;
        int depth = t.depth;
        int b1 = t.b1;
        FloatVector s00 = FloatVector.zero(F);
        FloatVector s01 = FloatVector.zero(F);
        FloatVector s10 = FloatVector.zero(F);
        FloatVector s11 = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector x0 = FloatVector.fromArray(F, b, b0 + k * step);
            FloatVector x1 = FloatVector.fromArray(F, b, b1 + k * step);
            FloatVector w0 = FloatVector.broadcast(F, a[a0 + k]);
            s00 = w0.fma(x0, s00);
            s01 = w0.fma(x1, s01);
            FloatVector w1 = FloatVector.broadcast(F, a[a0 + STRIDE + k]);
            s10 = w1.fma(x0, s10);
            s11 = w1.fma(x1, s11);
        }
        float[] c = t.c;
        int c0 = t.c0;
        int c1 = t.c1;
        int step1 = t.rowStep;
        FloatVector.fromArray(F, c, c0).add(s00).intoArray(c, c0);
        FloatVector.fromArray(F, c, c1).add(s01).intoArray(c, c1);
        FloatVector.fromArray(F, c, c0 + step1).add(s10).intoArray(c, c0 + step1);
        FloatVector.fromArray(F, c, c1 + step1).add(s11).intoArray(c, c1 + step1);
    }

    static void tile1x2(TileOperands t) {
        float[] a = t.a;
        float[] b = t.b;
        int a0 = t.a0;
        int b0 = t.b0;
        int step = t.step;
        int depth = t.depth;
        int b1 = t.b1;
        FloatVector s00 = FloatVector.zero(F);
        FloatVector s01 = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector x0 = FloatVector.fromArray(F, b, b0 + k * step);
            FloatVector x1 = FloatVector.fromArray(F, b, b1 + k * step);
            FloatVector w0 = FloatVector.broadcast(F, a[a0 + k]);
            s00 = w0.fma(x0, s00);
            s01 = w0.fma(x1, s01);
        }
        float[] c = t.c;
        int c0 = t.c0;
        int c1 = t.c1;
        FloatVector.fromArray(F, c, c0).add(s00).intoArray(c, c0);
        FloatVector.fromArray(F, c, c1).add(s01).intoArray(c, c1);
    }

    static void tile8x1(TileOperands t) {
        float[] a = t.a;
        float[] b = t.b;
        int a0 = t.a0;
        int b0 = t.b0;
        int step = t.step;
        int depth = t.depth;
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = FloatVector.zero(F);
        FloatVector s2 = FloatVector.zero(F);
        FloatVector s3 = FloatVector.zero(F);
        FloatVector s4 = FloatVector.zero(F);
        FloatVector s5 = FloatVector.zero(F);
        FloatVector s6 = FloatVector.zero(F);
        FloatVector s7 = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector x = FloatVector.fromArray(F, b, b0 + k * step);
            FloatVector w0 = FloatVector.broadcast(F, a[a0 + k]);
            s0 = w0.fma(x, s0);
            FloatVector w1 = FloatVector.broadcast(F, a[a0 + STRIDE + k]);
            s1 = w1.fma(x, s1);
            FloatVector w2 = FloatVector.broadcast(F, a[a0 + 2 * STRIDE + k]);
            s2 = w2.fma(x, s2);
            FloatVector w3 = FloatVector.broadcast(F, a[a0 + 3 * STRIDE + k]);
            s3 = w3.fma(x, s3);
            FloatVector w4 = FloatVector.broadcast(F, a[a0 + 4 * STRIDE + k]);
            s4 = w4.fma(x, s4);
            FloatVector w5 = FloatVector.broadcast(F, a[a0 + 5 * STRIDE + k]);
            s5 = w5.fma(x, s5);
            FloatVector w6 = FloatVector.broadcast(F, a[a0 + 6 * STRIDE + k]);
            s6 = w6.fma(x, s6);
            FloatVector w7 = FloatVector.broadcast(F, a[a0 + 7 * STRIDE + k]);
            s7 = w7.fma(x, s7);
        }
        float[] c = t.c;
        int c0 = t.c0;
        int step1 = t.rowStep;
        FloatVector.fromArray(F, c, c0).add(s0).intoArray(c, c0);
        FloatVector.fromArray(F, c, c0 + step1).add(s1).intoArray(c, c0 + step1);
        FloatVector.fromArray(F, c, c0 + 2 * step1).add(s2).intoArray(c, c0 + 2 * step1);
        FloatVector.fromArray(F, c, c0 + 3 * step1).add(s3).intoArray(c, c0 + 3 * step1);
        FloatVector.fromArray(F, c, c0 + 4 * step1).add(s4).intoArray(c, c0 + 4 * step1);
        FloatVector.fromArray(F, c, c0 + 5 * step1).add(s5).intoArray(c, c0 + 5 * step1);
        FloatVector.fromArray(F, c, c0 + 6 * step1).add(s6).intoArray(c, c0 + 6 * step1);
        FloatVector.fromArray(F, c, c0 + 7 * step1).add(s7).intoArray(c, c0 + 7 * step1);
    }

    static void tile4x1(TileOperands t) {
        float[] a = t.a;
        float[] b = t.b;
        int a0 = t.a0;
        int b0 = t.b0;
        int step = t.step;
        int depth = t.depth;
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = FloatVector.zero(F);
        FloatVector s2 = FloatVector.zero(F);
        FloatVector s3 = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector x = FloatVector.fromArray(F, b, b0 + k * step);
            FloatVector w0 = FloatVector.broadcast(F, a[a0 + k]);
            s0 = w0.fma(x, s0);
            FloatVector w1 = FloatVector.broadcast(F, a[a0 + STRIDE + k]);
            s1 = w1.fma(x, s1);
            FloatVector w2 = FloatVector.broadcast(F, a[a0 + 2 * STRIDE + k]);
            s2 = w2.fma(x, s2);
            FloatVector w3 = FloatVector.broadcast(F, a[a0 + 3 * STRIDE + k]);
            s3 = w3.fma(x, s3);
        }
        float[] c = t.c;
        int c0 = t.c0;
        int step1 = t.rowStep;
        FloatVector.fromArray(F, c, c0).add(s0).intoArray(c, c0);
        FloatVector.fromArray(F, c, c0 + step1).add(s1).intoArray(c, c0 + step1);
        FloatVector.fromArray(F, c, c0 + 2 * step1).add(s2).intoArray(c, c0 + 2 * step1);
        FloatVector.fromArray(F, c, c0 + 3 * step1).add(s3).intoArray(c, c0 + 3 * step1);
    }

    static void tile1x1(TileOperands t) {
        float[] a = t.a;
        float[] b = t.b;
        int a0 = t.a0;
        int b0 = t.b0;
        int step = t.step;
        int depth = t.depth;
        FloatVector s0 = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            FloatVector x = FloatVector.fromArray(F, b, b0 + k * step);
            FloatVector w0 = FloatVector.broadcast(F, a[a0 + k]);
            s0 = w0.fma(x, s0);
        }
        float[] c = t.c;
        int c0 = t.c0;
        FloatVector.fromArray(F, c, c0).add(s0).intoArray(c, c0);
    }
}
