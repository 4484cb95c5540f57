package dev.altiplano.cli;

import dev.altiplano.loader.Llama4Config;

import org.jspecify.annotations.Nullable;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What an independent implementation answered, in words: {@code expected.json}.
 *
 * @param nearTies whether nobody made sure that every choice of an expert is clear: {@code
 *     router_min_margin} is null
 */
record Expected(boolean nearTies, List<Prompt> prompts) {
    private static final double CLOSE = 1e-3; // two float32 implementations differ by about 1e-5
    private static final double CLOSE_AT_NEAR_TIES = 2e-2; // another expert now and then

    /**
     * One prompt.
     *
     * @param number N in the names of its tensors
     * @param logitsFrom first position whose logits are recorded
     * @param greedy the most probable continuation; empty when none is recorded
     * @param messages for the chat template
     * @param rendered the messages as the template lays them out
     * @param parts words and file names of pictures that a user's message has; empty when the
     *     prompt is something else
     */
    record Prompt(
            int number,
            int logitsFrom,
            List<Integer> greedy,
            Optional<List<?>> messages,
            Optional<String> rendered,
            List<String> parts) {
        /** File names of the pictures, in order. */
        List<String> pictures() {
            return parts.stream().filter(Expected::isPicture).toList();
        }
    }

    /**
     * Reads the file.
     *
     * @throws CommandException if it is missing or broken
     */
    static Expected read(Path folder) {
        Path file = folder.resolve("expected.json");
        if (!Files.isRegularFile(file)) {
            throw CommandException.failed(
                    file + ": does not exist; it holds what to verify against");
        }
        try {
            Map<?, ?> json = (Map<?, ?>) value(Json.read(file));
            List<Prompt> prompts = new ArrayList<>();
            for (Object prompt : (List<?>) value(json.get("prompts"))) {
                prompts.add(prompt((Map<?, ?>) value(prompt)));
            }
            boolean nearTies =
                    json.containsKey("router_min_margin") && json.get("router_min_margin") == null;
            return new Expected(nearTies, List.copyOf(prompts));
        } catch (ClassCastException e) {
            throw CommandException.failed(
                    file
                            + ": is not laid out as expected: an object with 'prompts', each with"
                            + " 'prompt'");
        }
    }

    private static Prompt prompt(Map<?, ?> json) {
        List<Integer> greedy = new ArrayList<>();
        if (json.get("greedy") instanceof List<?> ids) {
            ids.forEach(id -> greedy.add((Integer) id));
        }
        List<?> parts = json.get("user_parts") instanceof List<?> list ? list : List.of();
        return new Prompt(
                (Integer) value(json.get("prompt")),
                json.get("logits_from") instanceof Integer from ? from : 0,
                List.copyOf(greedy),
                messages(json.get("messages"), parts),
                json.get("rendered") instanceof String text ? Optional.of(text) : Optional.empty(),
                parts.stream().map(part -> (String) value(part)).toList());
    }

    /** The messages, or one of a user with these parts: words and file names of pictures. */
    private static Optional<List<?>> messages(@Nullable Object messages, List<?> parts) {
        if (messages instanceof List<?> all) {
            return Optional.of(all);
        }
        if (parts.isEmpty()) {
            return Optional.empty();
        }
        List<Map<String, Object>> content = new ArrayList<>();
        for (Object part : parts) {
            content.add(
                    isPicture(part)
                            ? Map.of("type", "image")
                            : Map.of("type", "text", "text", (String) value(part)));
        }
        return Optional.of(List.of(Map.of("role", "user", "content", content)));
    }

    private static Object value(@Nullable Object value) {
        if (value == null) {
            throw new ClassCastException("null");
        }
        return value;
    }

    static boolean isPicture(@Nullable Object part) {
        return part instanceof String text
                && text.toLowerCase(Locale.ROOT).matches("[^\\s/]+\\.(png|jpg|jpeg)");
    }

    /** How far numbers may be off, relative to the largest one or to 1. */
    double tolerance(Llama4Config config) {
        boolean experts = config.layers().stream().anyMatch(kind -> kind.mixture());
        return nearTies && experts ? CLOSE_AT_NEAR_TIES : CLOSE;
    }
}
