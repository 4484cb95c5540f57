package dev.altiplano.loader.internal.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.altiplano.loader.TemplateException;
import dev.altiplano.loader.internal.jinja.JinjaCases.JinjaCase;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Clock;
import java.util.stream.Stream;

/** Every template prints what jinja2 3.1.6 printed, and fails where it failed. */
class RecordedTemplatesTest {
    private static final JinjaCases GOLDEN = JinjaCases.read("/goldens/jinja/expected.json");
    private static final JinjaCases RECORDED = JinjaCases.read("/goldens/jinja/recorded.json");

    static Stream<JinjaCase> golden() {
        return GOLDEN.cases().stream();
    }

    static Stream<JinjaCase> recorded() {
        return RECORDED.cases().stream();
    }

    @ParameterizedTest
    @MethodSource("golden")
    void goldenTemplatesAreRenderedAsByTransformers(JinjaCase golden) {
        check(GOLDEN, golden);
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void recordedTemplatesAreRenderedAsByJinja2(JinjaCase recorded) {
        check(RECORDED, recorded);
    }

    private static void check(JinjaCases file, JinjaCase expected) {
        if (expected.error() == null) {
            String rendered = render(file, expected);

            assertThat(rendered).isEqualTo(expected.rendered());
        } else {
            assertThatThrownBy(() -> render(file, expected))
                    .as(expected.error())
                    .isInstanceOf(TemplateException.class)
                    .hasMessageMatching("(?s)case:[0-9]+:[0-9]+: .+");
        }
    }

    private static String render(JinjaCases file, JinjaCase each) {
        return JinjaTemplate.parse(each.template(), "case")
                .render(file.context(), Clock.systemUTC());
    }
}
