/** Loops that need {@code jdk.incubator.vector}; loaded only where that module is. */
@NullMarked
package dev.altiplano.bench.simd;

import org.jspecify.annotations.NullMarked;
