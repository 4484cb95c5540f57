/** Writes a checkpoint again with smaller weights. */
@NullMarked
package dev.altiplano.loader.internal.copy;

import org.jspecify.annotations.NullMarked;
