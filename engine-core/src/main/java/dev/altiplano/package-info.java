/**
 * Runs Llama 4 inside a JVM.
 *
 * <p>Start with {@link dev.altiplano.Llama4Model#open(java.nio.file.Path)}.
 *
 * <p><b>Ownership.</b> A model owns its mapped weights and worker threads, a {@link
 * dev.altiplano.Session} the keys and values of one sequence; both are closed by whoever opened
 * them, and closing a model closes its sessions. <b>Threads.</b> A model is shared freely; a
 * session and its stream belong to one thread at a time, and say so when they are not.
 */
@NullMarked
package dev.altiplano;

import org.jspecify.annotations.NullMarked;
