/** The kernels behind the facades: one interface, its choice at start-up, its scalar form. */
@NullMarked
package dev.altiplano.kernels.internal;

import org.jspecify.annotations.NullMarked;
