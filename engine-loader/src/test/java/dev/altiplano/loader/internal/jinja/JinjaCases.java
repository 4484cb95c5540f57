package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Templates and what jinja2 answered to them.
 *
 * @param context the variables of every template
 */
record JinjaCases(Map<String, @Nullable Object> context, List<JinjaCase> cases) {
    /**
     * One template.
     *
     * @param rendered what it prints, null if it fails
     * @param error how it fails, in jinja2's words
     */
    record JinjaCase(String template, @Nullable String rendered, @Nullable String error) {}

    @SuppressWarnings("unchecked") // the files are as their notes say
    static JinjaCases read(String resource) {
        try (InputStream in = JinjaCases.class.getResourceAsStream(resource)) {
            Map<String, Object> file =
                    JsonMapper.shared().readValue(Objects.requireNonNull(in), Map.class);
            List<Map<String, String>> cases = (List<Map<String, String>>) file.get("cases");
            return new JinjaCases(
                    (Map<String, @Nullable Object>) Objects.requireNonNull(file.get("context")),
                    Objects.requireNonNull(cases).stream()
                            .map(each ->
                                    new JinjaCase(
                                            Objects.requireNonNull(each.get("template")),
                                            each.get("rendered"),
                                            each.get("error")))
                            .toList());
        } catch (IOException e) {
            throw new IllegalStateException(resource, e);
        }
    }
}
