/**
 * The part of the Jinja template language that chat templates use, as jinja2 3.1.6 renders it in
 * the environment of Hugging Face transformers: immutable sandbox, {@code trim_blocks}, {@code
 * lstrip_blocks}, {@code break} and {@code continue}, {@code {% generation %}}, {@code tojson}
 * without HTML escapes, {@code raise_exception} and {@code strftime_now}; no autoescape, no other
 * template to include.
 *
 * <p>{@code Source → Lexer → Parser → Statement and Expression → Renderer and Evaluator}. Values
 * are Python's: {@link dev.altiplano.loader.internal.jinja.None}, {@code Boolean}, {@code Long} or,
 * outside its range, {@code BigInteger}, {@code Double}, {@code String} (counted in code points),
 * {@code List}, {@link dev.altiplano.loader.internal.jinja.Tuple}, {@link
 * dev.altiplano.loader.internal.jinja.Dict} and the few objects that only templates make. No value
 * can be changed by a template, except namespaces, cyclers, joiners and iterators.
 *
 * <p><b>Sandbox.</b> Nothing is looked up by reflection: each attribute, method, filter and test is
 * listed here. Every loop over a value is paid from the {@link
 * dev.altiplano.loader.internal.jinja.Budget} of the render.
 *
 * <p><b>Threads.</b> A parsed template is immutable; what changes while it renders belongs to one
 * call.
 */
@NullMarked
package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.NullMarked;
