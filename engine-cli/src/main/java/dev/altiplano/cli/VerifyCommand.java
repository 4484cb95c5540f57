package dev.altiplano.cli;

import dev.altiplano.Llama4Model;
import dev.altiplano.loader.SafetensorsFile;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Compares the engine with another implementation. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Compares this engine with the recorded answers of another implementation:"
                        + " expected.json and expected.safetensors in the folder.",
        footer = {
            "",
            "Prints one line a prompt: hidden states layer by layer, logits, greedy tokens and,"
                    + " where recorded, pictures from pixels to features, dequantised weights and"
                    + " the rendered chat. Exit code 1 when any fails.",
            "",
            "Example:",
            "  altiplano verify demo/stories"
        })
final class VerifyCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final ModelArgument model = new ModelArgument();

    VerifyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        model.options();
        Path folder = model.folder();
        try (Llama4Model opened = model.open()) {
            Expected expected = Expected.read(folder);
            try (SafetensorsFile tensors =
                    SafetensorsFile.open(folder.resolve("expected.safetensors"))) {
                Findings weights = PromptCheck.weights(folder, tensors);
                Recorded recorded = new Recorded(tensors, expected.tolerance(opened.config()));
                return verify(expected, new PromptCheck(opened, folder, recorded, weights));
            }
        }
    }

    private int verify(Expected expected, PromptCheck check) {
        if (expected.prompts().isEmpty()) {
            throw CommandException.failed(
                    model.folder().resolve("expected.json")
                            + ": 'prompts' is empty, there is nothing to verify");
        }
        int passed = 0;
        for (Expected.Prompt prompt : expected.prompts()) {
            terminal.progress(
                    "prompt %d of %d".formatted(prompt.number(), expected.prompts().size()));
            Findings.Verdict verdict = check.run(prompt);
            passed += verdict.passed() ? 1 : 0;
            terminal.endProgress();
            terminal.out().println(verdict.line());
            terminal.out().flush();
        }
        int failed = expected.prompts().size() - passed;
        terminal.out().println("%d passed, %d failed".formatted(passed, failed));
        return failed == 0 ? ExitCode.FINE : ExitCode.FAILED;
    }
}
