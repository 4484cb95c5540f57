package dev.altiplano.cli;

import dev.altiplano.Llama4Model;
import dev.altiplano.Perplexity;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

/** Says how well a model foretells a text. */
@Command(
        name = "perplexity",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Says how well a model foretells a text: the lower, the better. Compares formats of"
                        + " the same model.",
        footer = {
            "",
            "The text is read in windows of --context tokens that know nothing of each other, each"
                    + " behind the begin token.",
            "",
            "Example:",
            "  altiplano perplexity demo/stories demo/stories/held-out.txt --context 8192"
        })
final class PerplexityCommand implements Callable<Integer> {
    private static final int USUAL_CONTEXT = 2048;

    private final Terminal terminal;

    @Mixin private final ModelArgument model = new ModelArgument();

    @Parameters(index = "1", paramLabel = "FILE", description = "UTF-8 text.")
    private Path file = Path.of("");

    @Option(
            names = "--context",
            paramLabel = "N",
            description =
                    "Tokens of a window. Default: 2048, or what the model was made for if that is"
                            + " less.")
    private @Nullable Integer context;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    PerplexityCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (context != null) {
            Usage.atLeast(2, "--context", context);
        }
        model.options();
        String text = TextFile.read(file);
        if (text.isEmpty()) {
            throw CommandException.failed(file + ": is empty, there is nothing to foretell");
        }
        try (Llama4Model opened = model.open()) {
            int window = window(opened);
            Perplexity all = Perplexity.of(opened, text, window, this::show);
            terminal.endProgress();
            terminal.out().println(json ? Json.pretty(value(all, window)) : line(all, window));
        }
        return ExitCode.FINE;
    }

    private int window(Llama4Model opened) {
        long longest = opened.config().maxPositions();
        int window = context == null ? (int) Math.min(USUAL_CONTEXT, longest) : context;
        if (window > longest) {
            throw CommandException.usage(
                    "--context is %d, the model has %d positions".formatted(window, longest));
        }
        return window;
    }

    private void show(Perplexity soFar) {
        terminal.progress(
                String.format(Locale.ROOT, "%d tokens: %.4f", soFar.tokens(), soFar.value()));
    }

    private static String line(Perplexity all, int window) {
        return String.format(
                Locale.ROOT,
                "perplexity %.4f (%d tokens in windows of %d)",
                all.value(),
                all.tokens(),
                window);
    }

    private Map<String, Object> value(Perplexity all, int window) {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("file", file.toString());
        value.put("context", window);
        value.put("tokens", all.tokens());
        value.put("nll_per_token", all.negativeLogLikelihood() / all.tokens());
        value.put("perplexity", all.value());
        return value;
    }
}
