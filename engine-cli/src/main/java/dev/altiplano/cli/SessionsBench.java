package dev.altiplano.cli;

import dev.altiplano.Llama4Model;
import dev.altiplano.ModelOptions;
import dev.altiplano.bench.SessionsRun;
import dev.altiplano.bench.SessionsRun.Outcome;
import dev.altiplano.bench.Spread;
import dev.altiplano.kernels.KernelInfo;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Measures sessions that write at the same time, for {@code bench --sessions}.
 *
 * @param threads of the model
 */
record SessionsBench(Terminal terminal, SessionsRun run, int threads) {
    void measure(Path folder, ModelOptions options, boolean json) {
        ModelOptions enough = options.context(run.positions()).answers(run.sessions(), 0);
        try (Llama4Model model = Llama4Model.open(folder, enough)) {
            Outcome outcome = run.run(model, terminal::progress);
            terminal.endProgress();
            if (json) {
                terminal.out().println(Json.pretty(json(outcome)));
            } else {
                terminal.out().print(text(outcome));
            }
        }
    }

    private String text(Outcome outcome) {
        Table table = new Table();
        table.row("machine", "%s, %d threads".formatted(KernelInfo.description(), threads));
        table.row("one session", rate(outcome.alone()));
        table.row(
                "%d sessions".formatted(run.sessions()),
                String.format(
                        Locale.ROOT,
                        "%s, %.2f times as many",
                        rate(outcome.together()),
                        outcome.gain()));
        return table.text();
    }

    private static String rate(Spread speed) {
        return speed.inWords("tokens/s");
    }

    private Map<String, @Nullable Object> json(Outcome outcome) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("kernels", KernelInfo.description());
        json.put("threads", threads);
        json.put("repeats", run.repeats());
        json.put("decoded_tokens", run.decodedTokens());
        json.put("sessions", run.sessions());
        json.put("alone_tokens_per_second", BenchJson.spread(outcome.alone()));
        json.put("together_tokens_per_second", BenchJson.spread(outcome.together()));
        json.put("gain", outcome.gain());
        return json;
    }
}
