/**
 * Measures how fast a model reads and writes, and what the machine could do at best.
 *
 * <p>Everything here runs on the calling thread and the threads it starts, and leaves nothing
 * behind.
 */
@NullMarked
package dev.altiplano.bench;

import org.jspecify.annotations.NullMarked;
