package dev.altiplano.loader.internal.jinja;

import dev.altiplano.loader.TemplateException;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Templates that ask for more than a machine has, or that are nested without end. */
final class HostileTemplates {
    private static final String BIG = "{% set x = 'a' * 1000000 %}{% for i in range(100000) %}";
    private static final String MANY = "{% set l = range(100000)|list %}{% for i in l %}";
    private static final String PAIRS =
            "{% set ns = namespace(x=(1,), y=(1,)) %}{% for i in range(40) %}"
                    + "{% set ns.x = (ns.x, ns.x) %}{% set ns.y = (ns.y, ns.y) %}{% endfor %}";
    private static final String DEEP =
            "{% set ns = namespace(x=[], y=[]) %}{% for i in range(100000) %}"
                    + "{% set ns.x = [ns.x] %}{% set ns.y = [ns.y] %}{% endfor %}";

    private static final List<String> SIZES =
            List.of(
                    "{{ 10**10**10 }}",
                    "{{ 10**(10**10) }}",
                    "{{ 2**99999999 }}",
                    "{{ 'a' * 10**9 }}",
                    "{{ [1] * 10**9 }}",
                    "{{ range(10**12) }}",
                    "{{ '%999999999d' % 1 }}",
                    "{{ '%.999999999f' % 1 }}",
                    "{{ '%*d' % (999999999, 1) }}",
                    "{{ '{:999999999}'.format(1) }}",
                    "{{ '{:.999999999f}'.format(1.0) }}",
                    "{{ '{0:{0}}'.format(10**8) }}",
                    "{{ 'x'.center(10**9) }}",
                    "{{ 'x'.zfill(10**9) }}",
                    "{{ 'x'|center(10**9) }}",
                    "{{ 'a\\nb'|indent(10**9) }}",
                    "{{ ['a']|tojson(indent=10**9) }}",
                    "{{ range(10)|slice(10**9)|list }}",
                    "{{ [1]|batch(10**9, 0)|list }}",
                    "{{ ('<' * 3000000)|e }}",
                    "{{ ('\\u00e9' * 3000000)|urlencode }}",
                    "{{ ('\\u00e9' * 3000000)|tojson(true) }}",
                    "{{ '%a' % ('\\u00e9' * 3000000) }}",
                    "{{ ('{0}' * 100000).format('x' * 1000) }}",
                    "{{ 'a'|list|join('b' * 4000000)|replace('', 'c' * 1000) }}",
                    "{{ ('a\\t' * 100000).expandtabs(10**9) }}");

    private static final List<String> GROWTH =
            List.of(
                    "{% set n = namespace(x='a') %}{% for i in range(99) %}"
                            + "{% set n.x = n.x ~ n.x %}{% endfor %}",
                    "{% set n = namespace(x=[1]) %}{% for i in range(99) %}"
                            + "{% set n.x = n.x + n.x %}{% endfor %}",
                    "{% set n = namespace(x=3) %}{% for i in range(99) %}"
                            + "{% set n.x = n.x * n.x %}{% endfor %}",
                    "{% set n = namespace(x='ab') %}{% for i in range(100000) %}"
                            + "{% set n.x = n.x|map('upper') %}{% endfor %}{{ n.x|list }}",
                    "{% set n = namespace() %}{% set n.x = n %}{{ n }}",
                    "{% set x = 'x' * 100000 %}{{ range(100000)|map('replace', '0', x)|list }}",
                    "{% for i in range(100000) %}{{ 'x' * 1000 }}{% endfor %}",
                    PAIRS + "{{ ns.x }}",
                    PAIRS + "{{ ns.x|tojson }}",
                    PAIRS + "{{ ns.x|pprint }}",
                    PAIRS + "{{ ns.x == ns.y }}",
                    PAIRS + "{{ ns.x < ns.y }}",
                    PAIRS + "{{ {ns.x: 1} }}",
                    DEEP + "{{ ns.x }}",
                    DEEP + "{{ ns.x|tojson }}",
                    DEEP + "{{ ns.x == ns.y }}");

    private static final List<String> TIME =
            List.of(
                    "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}"
                            + "{% endfor %}",
                    "{% set x = 'a' * 1000000 %}{{ ('a' * 500000 ~ 'b') in x }}",
                    "{% set x = 'a' * 1000000 %}{{ x.rfind('b' ~ 'a' * 500000) }}",
                    BIG + "{{ x == x ~ '' }}{% endfor %}",
                    BIG + "{{ x.startswith(x) }}{% endfor %}",
                    BIG + "{{ x.isalpha() }}{% endfor %}",
                    BIG + "{{ x.strip(x) }}{% endfor %}",
                    BIG + "{{ x[500000] }}{{ x|length }}{% endfor %}",
                    BIG + "{{ x|int }}{{ x|float }}{{ x|wordcount }}{% endfor %}",
                    MANY + "{{ 100001 in l }}{% endfor %}",
                    MANY + "{{ l|sort|first }}{% endfor %}",
                    MANY + "{{ l|sum }}{{ l|max }}{{ l|unique|list|length }}{% endfor %}",
                    MANY + "{{ l[1:]|length }}{{ l.count(5) }}{{ l == l[:] }}{% endfor %}",
                    "{% for i in range(100000) %}{{ 1e308 == 10**308 }}{% endfor %}",
                    "{% set x = 2**14000 %}{% for i in range(100000) %}{{ x }}{% endfor %}",
                    "{% for i in range(100000) %}{{ '%.5000f' % 1e-300 }}{% endfor %}",
                    "{% for i in range(100000) %}{{ 1e-300|round(300) }}{% endfor %}",
                    "{% set x = '1' * 4299 %}{% for i in range(100000) %}{{ x|int }}{% endfor %}",
                    "{{ [1, 2]|sort(attribute='a,' * 100000) }}",
                    "{{ ('<' * 100000)|striptags }}{{ ('<!--' * 100000)|striptags }}",
                    "{{ ('a-b' * 100000)|wordwrap(2) }}{{ ('a' * 1000000)|wordwrap(1) }}",
                    "{{ ('{' * 100000).format() }}");

    private static final List<String> RECURSION =
            List.of(
                    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                    "{% macro m(x) %}{{ m(x + 1) }}{{ m(x + 1) }}{% endmacro %}{{ m(0) }}",
                    "{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}"
                            + "{{ m() }}",
                    "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
                    "{% for x in [1, 2] recursive %}{{ loop([1, 2]) if loop.depth < 40 }}"
                            + "{% endfor %}");

    private static final List<Nested> NESTED =
            List.of(
                    new Nested("{{ (", "1", ")"),
                    new Nested("(", "1", ")"),
                    new Nested("[", "", "]"),
                    new Nested("{1:", "1", "}"),
                    new Nested("f(", "", ")"),
                    new Nested("x[", "1", "]"),
                    new Nested("- ", "1", ""),
                    new Nested("not ", "1", ""),
                    new Nested("1 + ", "1", ""),
                    new Nested("'a' ~ ", "1", ""),
                    new Nested("2 ** ", "1", ""),
                    new Nested("1 and ", "1", ""),
                    new Nested("1 < ", "2", ""),
                    new Nested("1 if 1 else ", "2", ""),
                    new Nested("", "x", ".a"),
                    new Nested("", "x", "[0]"),
                    new Nested("", "x", "()"),
                    new Nested("", "x", "|string"),
                    new Nested("", "x", " is odd"),
                    new Nested("", "x", " if 1"),
                    new Nested("'a' ", "", ""),
                    new Nested("1", "", ""),
                    new Nested("1_", "1", ""));

    private static final List<Nested> NESTED_TAGS =
            List.of(
                    new Nested("{% if 1 %}", "x", "{% endif %}"),
                    new Nested("{% for x in [1] %}", "x", "{% endfor %}"),
                    new Nested("{% macro m() %}", "x", "{% endmacro %}"),
                    new Nested("{% call m() %}", "x", "{% endcall %}"),
                    new Nested("{% set x %}", "x", "{% endset %}"),
                    new Nested("{% if 0 %}", "{% elif 0 %}", ""),
                    new Nested(" {% if 1 %}x{% endif %}", "", ""),
                    new Nested("{{ 1|nope if 0 }}", "", ""),
                    new Nested("{# ", "", ""),
                    new Nested("{% raw %}", "", ""),
                    new Nested("{%", "", ""),
                    new Nested("{{ {", "", ""),
                    new Nested("\n", "{{ 1 / 0 }}", ""));

    private HostileTemplates() {}

    /** Something that is repeated around something else. */
    private record Nested(String open, String middle, String close) {
        String template(int depth) {
            return open.repeat(depth) + middle + close.repeat(depth);
        }
    }

    /** All of them; long ones are made when the stream comes to them. */
    static Stream<String> all() {
        Stream<String> bombs = Stream.of(SIZES, GROWTH, TIME, RECURSION).flatMap(List::stream);
        return Stream.of(bombs, nested(100), nested(1000), nested(20_000)).flatMap(each -> each);
    }

    private static Stream<String> nested(int depth) {
        Stream<String> expressions =
                NESTED.stream().map(part -> "{{ " + part.template(depth) + " }}");
        return Stream.concat(expressions, NESTED_TAGS.stream().map(part -> part.template(depth)));
    }

    /** Reads and renders a template; says whether it came to an end of its own. */
    static boolean renders(String template) {
        try {
            JinjaTemplate.parse(template, "hostile")
                    .render(Map.of("x", Map.of(), "messages", List.of()), Clock.systemUTC());
            return true;
        } catch (TemplateException e) {
            return false;
        }
    }

    /** Runs all in one virtual machine, for {@link SandboxTest} to give it little memory. */
    public static void main(String[] arguments) {
        all().forEach(HostileTemplates::renders);
        System.out.println("survived " + all().count());
    }
}
