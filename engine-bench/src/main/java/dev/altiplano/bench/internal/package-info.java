/** The loops behind the limits of a machine, and their choice. */
@NullMarked
package dev.altiplano.bench.internal;

import org.jspecify.annotations.NullMarked;
