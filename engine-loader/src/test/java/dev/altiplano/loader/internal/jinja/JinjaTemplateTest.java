package dev.altiplano.loader.internal.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.altiplano.loader.TemplateException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

class JinjaTemplateTest {
    private static final Clock CLOCK = Clock.systemUTC();

    private static String render(
            String template, Map<String, ? extends @Nullable Object> variables) {
        return JinjaTemplate.parse(template, "a.jinja").render(variables, CLOCK);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "\"{{ x }}\n  {{ x.y }}\"              | 2 |  7 | 'x' is undefined",
                "\"\u00e9\ud83d\ude00{{ 1 / 0 }}\"     | 1 |  8 | division by zero",
                "\"a\r\nb\rc\n{{ 1 + }}\"              | 4 |  8 | unexpected",
                "\"{% if 1 %}\n\n\"                    | 2 |  1 | Unexpected end of template",
                "\"{% macro m() %}\n{{ 'a' + 1 }}{% endmacro %}\n{{ m() }}\" | 2 | 8 | concatenate",
                "\"{{ {}|nofilter }}\"                 | 1 |  7 | No filter named 'nofilter'",
                "\"{{ raise_exception('no ' ~ 1) }}\"  | 1 | 19 | no 1",
                "\"{% include 'x' %}\"                 | 1 |  4 | 'include' is not supported",
                "\"{{ lipsum() }}\"                    | 1 | 10 | lipsum is refused",
                "\"{{ [1]|random }}\"                  | 1 |  8 | random is refused",
                "\"{{ 'a'|urlize }}\"                  | 1 |  8 | urlize is not supported",
            })
    void mistakesNameLineColumnAndReason(String template, int line, int column, String reason) {
        assertThatThrownBy(() -> render(template, Map.of()))
                .isInstanceOfSatisfying(
                        TemplateException.class,
                        e -> {
                            assertThat(e.line()).isEqualTo(line);
                            assertThat(e.column()).isEqualTo(column);
                        })
                .hasMessageStartingWith("a.jinja:%d:%d: ".formatted(line, column))
                .hasMessageContaining(reason);
    }

    @Test
    void numbersOfEveryJavaTypeAreTakenAsPythonWould() {
        Map<String, Object> variables =
                Map.of(
                        "values",
                        List.of(
                                1,
                                2L,
                                (short) 3,
                                new BigInteger("9223372036854775808"),
                                new BigInteger("5"),
                                1.5f,
                                0.1,
                                new BigDecimal("2.50")));

        assertThat(render("{{ values }}{{ values[4] is integer }}", variables))
                .isEqualTo("[1, 2, 3, 9223372036854775808, 5, 1.5, 0.1, 2.5]True");
    }

    @Test
    void mappingsKeepTheirOrderAndNullIsNone() {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("z", null);
        map.put("a", new Object[] {true, "x"});

        assertThat(render("{{ m }}{{ m|tojson }}", Map.of("m", map)))
                .isEqualTo("{'z': None, 'a': [True, 'x']}{\"z\": null, \"a\": [true, \"x\"]}");
    }

    @Test
    void otherObjectsAreRefused() {
        assertThatThrownBy(() -> render("{{ x }}", Map.of("x", Thread.currentThread())))
                .isInstanceOf(TemplateException.class)
                .hasMessage(
                        "a.jinja:1:1: a variable is a java.lang.Thread; it must be made of texts,"
                                + " numbers, booleans, lists, maps and null");
    }

    @Test
    void variablesThatContainThemselvesAreRefused() {
        List<Object> list = new ArrayList<>();
        list.add(list);

        assertThatThrownBy(() -> render("{{ x }}", Map.of("x", list)))
                .isInstanceOf(TemplateException.class)
                .hasMessage("a.jinja:1:1: a variable is nested more than 500 levels deep");
    }

    @Test
    void renderingLeavesTheVariablesAlone() {
        List<Object> words = new ArrayList<>(Arrays.asList("b", null, "a"));
        Map<String, Object> variables = new HashMap<>(Map.of("words", words));
        String template = "{% set words = words[1:] %}{% set n = words|reverse|list %}{{ n }}";

        String rendered = render(template, variables);

        assertThat(rendered).isEqualTo("['a', None]");
        assertThat(variables).isEqualTo(Map.of("words", Arrays.asList("b", null, "a")));
    }

    @Test
    void oneTemplateRendersInManyThreadsAtOnce() {
        JinjaTemplate template =
                JinjaTemplate.parse(
                        "{% set ns = namespace(n=0) %}{% for i in range(top) %}"
                                + "{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
                        "sum");

        List<String> sums =
                IntStream.range(0, 400)
                        .parallel()
                        .mapToObj(top -> template.render(Map.of("top", top), CLOCK))
                        .toList();

        assertThat(sums)
                .isEqualTo(
                        IntStream.range(0, 400)
                                .mapToObj(top -> String.valueOf((long) top * (top - 1) / 2))
                                .toList());
    }

    /** Expected values: Python's datetime.strftime. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "2024-07-06T03:05:09.123456; Saturday Sat July Jul 06 6/7/24 03:05:09 03 AM 188 26"
                        + " 27 6 6 27 2024 24; Sat Jul  6 03:05:09 2024|07/06/24|% 123456|SAT",
                "2023-01-01T13:00:00; Sunday Sun January Jan 01 1/1/23 13:00:00 01 PM 001 01 00 0 7"
                        + " 52 2022 22; Sun Jan  1 13:00:00 2023|01/01/23|% 000000|SUN",
                "2020-12-31T00:59:59; Thursday Thu December Dec 31 31/12/20 00:59:59 12 AM 366 52"
                        + " 52 4 4 53 2020 20; Thu Dec 31 00:59:59 2020|12/31/20|% 000000|THU",
            })
    void datesAreWrittenAsByStrftime(String now, String fields, String forms) {
        Clock clock =
                Clock.fixed(LocalDateTime.parse(now).toInstant(ZoneOffset.UTC), ZoneOffset.UTC);
        String template =
                "{{ strftime_now('%A %a %B %b %d %-d/%-m/%y %T %I %p %j %U %W %w %u %V %G %g') }};"
                        + "{{ strftime_now('%c|%D|%% %f|%^a') }}";

        String rendered = JinjaTemplate.parse(template, "date").render(Map.of(), clock);

        assertThat(rendered).isEqualTo(fields + ";" + forms);
    }

    @Test
    void aLongConversationMayBeWalkedOnceForEachOfItsMessages() {
        List<Map<String, String>> messages =
                IntStream.range(0, 500)
                        .mapToObj(i -> Map.of("role", "user", "content", "word ".repeat(100)))
                        .toList();
        String template =
                "{% set ns = namespace(n=0, text='') %}{% for m in messages %}"
                        + "{% for o in messages if o.role == m.role %}"
                        + "{% set ns.n = ns.n + 1 %}{% endfor %}"
                        + "{% set ns.text = ns.text ~ m.content %}{% endfor %}"
                        + "{{ ns.n }} {{ ns.text|length }}";

        assertThat(render(template, Map.of("messages", messages))).isEqualTo("250000 250000");
    }
}
