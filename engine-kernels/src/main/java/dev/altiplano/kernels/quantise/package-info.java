/**
 * The way back: weights as FP32 numbers, and codes with scales made from them.
 *
 * <p>Objects are scratch of one thread. The bytes that come out depend on the weights alone, not on
 * the machine's vectors.
 */
@NullMarked
package dev.altiplano.kernels.quantise;

import org.jspecify.annotations.NullMarked;
