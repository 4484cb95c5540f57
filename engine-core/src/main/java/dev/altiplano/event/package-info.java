/**
 * What a Java Flight Recorder recording shows of the engine.
 *
 * <p>Works without the module {@code jdk.jfr}, and then records nothing. While nobody records, an
 * event costs a look at a flag and nothing is allocated. <b>Threads.</b> Any.
 */
@NullMarked
package dev.altiplano.event;

import org.jspecify.annotations.NullMarked;
