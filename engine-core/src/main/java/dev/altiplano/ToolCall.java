package dev.altiplano;

import java.util.Map;

/**
 * A function that the model asked for in an earlier turn.
 *
 * @param name name of the function
 * @param arguments values that JSON can express, by parameter name
 */
public record ToolCall(String name, Map<String, Object> arguments) {}
