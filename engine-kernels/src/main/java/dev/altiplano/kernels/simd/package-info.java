/** The kernels on {@code jdk.incubator.vector}; the only package that imports it. */
@NullMarked
package dev.altiplano.kernels.simd;

import org.jspecify.annotations.NullMarked;
