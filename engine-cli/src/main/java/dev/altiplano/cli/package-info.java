/**
 * The {@code altiplano} command: one class per subcommand.
 *
 * <p>Results go to the standard output, everything else to the standard error; a failure is one
 * line there and an exit code: 2 for a wrong call, 1 for anything else.
 */
@NullMarked
package dev.altiplano.cli;

import org.jspecify.annotations.NullMarked;
