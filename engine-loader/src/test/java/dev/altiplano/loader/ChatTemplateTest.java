package dev.altiplano.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

class ChatTemplateTest {
    private static final Map<String, ChatTemplate> TEMPLATES =
            Map.of(
                    "llama4", template("llama4_chat_template.jinja"),
                    "demo", template("demo_chat_template.jinja"));

    private static ChatTemplate template(String file) {
        return ChatTemplate.parse(read(file), file);
    }

    private static String read(String file) {
        try (InputStream in = ChatTemplateTest.class.getResourceAsStream("/goldens/chat/" + file)) {
            byte[] bytes = Objects.requireNonNull(in).readAllBytes();
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(file, e);
        }
    }

    /** A conversation that transformers rendered. */
    record Golden(String name, String template, Map<String, Object> variables, String rendered) {
        @Override
        public String toString() {
            return name + " by " + template;
        }
    }

    @SuppressWarnings("unchecked") // the file is as goldens/README.md says
    static Stream<Golden> goldens() {
        Map<String, Object> file = JsonMapper.shared().readValue(read("expected.json"), Map.class);
        List<Map<String, Object>> cases =
                Objects.requireNonNull((List<Map<String, Object>>) file.get("cases"));
        return cases.stream().map(each -> golden(each, file.get("bos_token")));
    }

    private static Golden golden(Map<String, Object> golden, @Nullable Object bos) {
        Map<String, Object> variables = new HashMap<>(golden);
        variables.keySet().removeAll(List.of("case", "template", "rendered"));
        variables.putIfAbsent("add_generation_prompt", true);
        variables.put("bos_token", Objects.requireNonNull(bos));
        return new Golden(
                String.valueOf(golden.get("case")),
                String.valueOf(golden.get("template")),
                variables,
                String.valueOf(golden.get("rendered")));
    }

    static Stream<Golden> llama4Goldens() {
        return goldens().filter(golden -> golden.template().equals("llama4"));
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void conversationsAreRenderedAsByTransformers(Golden golden) {
        ChatTemplate template = Objects.requireNonNull(TEMPLATES.get(golden.template()));

        assertThat(template.render(golden.variables())).isEqualTo(golden.rendered());
    }

    @ParameterizedTest
    @MethodSource("llama4Goldens")
    void theBuiltInFormatIsThatOfTransformers(Golden golden) {
        assertThat(ChatTemplate.llama4().render(golden.variables())).isEqualTo(golden.rendered());
    }

    /** Conversations in every combination of system message, tools, kinds of content and calls. */
    static Stream<Map<String, Object>> conversations() {
        List<Map<String, Object>> all = new ArrayList<>();
        Map<String, Object> tool = Map.of("name", "f", "parameters", Map.of());
        for (List<Map<String, ?>> start : List.of(noSystem(), system(), partSystem())) {
            for (List<Map<String, ?>> end : List.of(empty(), plain(), parts(), calls(), odd())) {
                List<Map<String, ?>> messages = new ArrayList<>(start);
                messages.addAll(end);
                all.add(Map.of("messages", messages));
                all.add(Map.of("messages", messages, "tools", List.of()));
                all.add(Map.of("messages", messages, "tools", List.of(tool, tool)));
                all.add(Map.of("messages", messages, "custom_tools", List.of(tool)));
                all.add(
                        Map.of(
                                "messages",
                                messages,
                                "tools",
                                List.of(tool),
                                "add_generation_prompt",
                                true,
                                "tools_in_user_message",
                                false));
            }
        }
        return all.stream();
    }

    private static List<Map<String, ?>> noSystem() {
        return List.of();
    }

    private static List<Map<String, ?>> system() {
        return List.of(Map.of("role", "system", "content", " Be kind.\n"));
    }

    private static List<Map<String, ?>> partSystem() {
        Map<String, String> part = Map.of("type", "text", "text", " Be brief. ");
        return List.of(Map.of("role", "system", "content", List.of(part, part)));
    }

    private static List<Map<String, ?>> empty() {
        return List.of();
    }

    private static List<Map<String, ?>> plain() {
        return List.of(
                Map.of("role", "user", "content", " Hi <b>&'\" "),
                Map.of("role", "assistant", "content", "Yo\n"),
                Map.of("role", "system", "content", " later "));
    }

    private static List<Map<String, ?>> parts() {
        List<Map<String, String>> content =
                List.of(
                        Map.of("type", "text", "text", "Look "),
                        Map.of("type", "image"),
                        Map.of("type", "video"),
                        Map.of("type", "text", "text", "!"));
        return List.of(Map.of("role", "user", "content", content));
    }

    private static List<Map<String, ?>> calls() {
        Map<String, ?> call =
                Map.of("function", Map.of("name", "f", "arguments", Map.of("a", List.of(1, 2.5))));
        return List.of(
                Map.of("role", "user", "content", "Go"),
                Map.of("role", "assistant", "content", "ok", "tool_calls", List.of(call, call)),
                Map.of("role", "tool", "content", "{\"t\": 20}"),
                Map.of("role", "ipython", "content", Map.of("x", 1)),
                Map.of("role", "tool", "content", List.of(1, 2)),
                Map.of("role", "tool", "content", 7));
    }

    private static List<Map<String, ?>> odd() {
        return List.of(
                Map.of("role", "assistant", "content", "gone", "tool_calls", List.of()),
                Map.of("role", "tool", "content", "kept", "tool_calls", List.of()),
                Map.of("role", "critic", "content", "any role"));
    }

    @ParameterizedTest
    @MethodSource("conversations")
    void theBuiltInFormatFollowsTheReferenceTemplate(Map<String, Object> conversation) {
        Map<String, Object> variables = new HashMap<>(conversation);
        variables.put("bos_token", "<|begin_of_text|>");
        ChatTemplate reference = Objects.requireNonNull(TEMPLATES.get("llama4"));

        assertThat(outcome(ChatTemplate.llama4(), variables))
                .isEqualTo(outcome(reference, variables));
    }

    /** What a template prints, or that it fails. */
    private static String outcome(ChatTemplate template, Map<String, Object> variables) {
        try {
            return template.render(variables);
        } catch (TemplateException e) {
            return "fails";
        }
    }

    @Test
    void toolsWithoutAMessageToDeclareThemInAreRefused() {
        Map<String, Object> variables =
                Map.of(
                        "bos_token", "",
                        "messages", List.of(Map.of("role", "system", "content", "S")),
                        "tools", List.of(Map.of("name", "f")));

        assertThatThrownBy(() -> ChatTemplate.llama4().render(variables))
                .isInstanceOf(TemplateException.class)
                .hasMessageMatching("llama4\\.jinja:[0-9]+:[0-9]+: tools need a message .*");
    }

    @Test
    void theSourceIsKeptAsItWas() {
        String source = "{{ messages }}\r\n";

        assertThat(ChatTemplate.parse(source, "x").source()).isEqualTo(source);
    }
}
