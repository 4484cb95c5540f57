package dev.altiplano.loader.internal.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.altiplano.loader.TemplateException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A template can neither keep a machine busy, nor fill its memory, nor see more than its variables.
 */
class SandboxTest {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    static Stream<String> hostile() {
        return HostileTemplates.all();
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("hostile")
    void hostileTemplatesEndWithinASecondOfProcessorTime(String template) {
        HostileTemplates.renders("{{ 1 }}"); // load the classes
        long start = THREADS.getCurrentThreadCpuTime();

        HostileTemplates.renders(template);

        double seconds = (THREADS.getCurrentThreadCpuTime() - start) / 1e9;
        assertThat(seconds)
                .as(template.substring(0, Math.min(200, template.length())))
                .isLessThan(1);
    }

    @Test
    void hostileTemplatesNeedLessThan64Megabytes() throws Exception {
        Process java =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx64m",
                                "-cp",
                                String.join(
                                        File.pathSeparator,
                                        List.of(
                                                folderOf(HostileTemplates.class),
                                                folderOf(JinjaTemplate.class))),
                                HostileTemplates.class.getName())
                        .redirectErrorStream(true)
                        .start();

        String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(output).startsWith("survived");
        assertThat(java.waitFor()).isZero();
    }

    /** The folder that a class was loaded from. */
    private static String folderOf(Class<?> type) throws URISyntaxException {
        String file = type.getName().replace('.', '/') + ".class";
        URI uri = Objects.requireNonNull(type.getResource("/" + file)).toURI();
        String path = Path.of(uri).toString();
        return path.substring(0, path.length() - file.length());
    }

    @Test
    void deepRecursionEndsInWordsOnASmallStackToo() throws InterruptedException {
        String[] message = new String[1];
        Thread small =
                new Thread(
                        null,
                        () ->
                                message[0] =
                                        failure("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"),
                        "small stack",
                        200_000);

        small.start();
        small.join();

        assertThat(message[0]).startsWith("hostile:1:").containsAnyOf("stack", "deep");
    }

    private static String failure(String template) {
        try {
            return JinjaTemplate.parse(template, "hostile").render(Map.of(), Clock.systemUTC());
        } catch (TemplateException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "''.__class__.__mro__",
                "[].__class__.__base__",
                "{}.__init__.__globals__",
                "cycler.__init__.__globals__",
                "namespace.__init__.__globals__",
                "raise_exception.__globals__.x",
                "''.getClass().forName('java.lang.Runtime')",
                "messages.getClass()",
                "messages.class.classLoader",
                "''|attr('__class__')|attr('__mro__')|first",
                "'{0.__class__.__mro__}'.format('')",
                "messages.append(1)",
                "messages[0].update({})",
                "messages[0].clear()",
                "messages[0].pop('role')",
            })
    void nothingBeyondTheVariablesCanBeReachedOrChanged(String expression) {
        Map<String, Object> variables = Map.of("messages", List.of(Map.of("role", "user")));

        assertThatThrownBy(() ->
                        JinjaTemplate.parse("{{ " + expression + " }}", "hostile")
                                .render(variables, Clock.systemUTC()))
                .isInstanceOf(TemplateException.class)
                .hasMessageMatching(
                        "hostile:1:[0-9]+: (.* (is unsafe\\.|has no attribute .*)|.* is"
                                + " undefined)");
    }
}
