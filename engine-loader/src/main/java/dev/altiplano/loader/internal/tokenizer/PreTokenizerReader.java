package dev.altiplano.loader.internal.tokenizer;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code normalizer}, {@code pre_tokenizer} and {@code decoder}, and refuses what it cannot do. */
final class PreTokenizerReader {
    /** What ByteLevel with {@code use_regex} does. Source: {@code byte_level.rs}, tokenizers library. */
    private static final String GPT_2 =
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    private final String file;

    PreTokenizerReader(String file) {
        this.file = file;
    }

    TextNormalizer normalizer(@Nullable Object value) {
        List<Normalizer.Form> forms = new ArrayList<>();
        for (JsonFields step : steps("normalizer", "normalizers", value)) {
            forms.add(
                    switch (step.string("type")) {
                        case "NFC" -> Normalizer.Form.NFC;
                        case "NFD" -> Normalizer.Form.NFD;
                        case "NFKC" -> Normalizer.Form.NFKC;
                        case "NFKD" -> Normalizer.Form.NFKD;
                        default -> throw unknown(step, "NFC, NFD, NFKC or NFKD");
                    });
        }
        return new TextNormalizer(List.copyOf(forms));
    }

    TextSplitter splitter(@Nullable Object value) {
        List<JsonFields> steps = steps("pre_tokenizer", "pretokenizers", value);
        if (steps.isEmpty() || !steps.getLast().string("type").equals("ByteLevel")) {
            throw JsonFields.of(file, "pre_tokenizer", value == null ? Map.of() : value)
                    .fault("type", "leads to no ByteLevel step", "one, alone or last in a Sequence");
        }
        List<Pattern> patterns = new ArrayList<>();
        for (JsonFields step : steps.subList(0, steps.size() - 1)) {
            if (!step.string("type").equals("Split")) {
                throw unknown(step, "Split, and ByteLevel at the end");
            }
            patterns.add(split(step));
        }
        JsonFields byteLevel = steps.getLast();
        if (byteLevel.flag("add_prefix_space", true)) {
            throw byteLevel.fault("add_prefix_space", "is true or missing", "false");
        }
        if (byteLevel.flag("use_regex", true)) {
            patterns.add(SplitPattern.compile(GPT_2));
        }
        return new TextSplitter(patterns, file);
    }

    void checkDecoder(@Nullable Object value) {
        for (JsonFields step : steps("decoder", "decoders", value)) {
            String type = step.string("type");
            if (!type.equals("ByteLevel") && !type.equals("Fuse")) {
                throw unknown(step, "ByteLevel");
            }
        }
    }

    private Pattern split(JsonFields step) {
        if (!step.string("behavior").equals("Isolated")) {
            throw step.fault("behavior", "is '%s'".formatted(step.string("behavior")), "'Isolated'");
        }
        JsonFields pattern = step.object("pattern");
        if (pattern.has("String")) {
            return Pattern.compile(pattern.string("String"), Pattern.LITERAL);
        }
        try {
            return SplitPattern.compile(pattern.string("Regex"));
        } catch (IllegalArgumentException e) {
            throw pattern.fault("Regex", String.valueOf(e.getMessage()), "a simple regular expression");
        }
    }

    /** The steps of a Sequence, a lone step, or none for null. */
    private List<JsonFields> steps(String path, String list, @Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        JsonFields step = JsonFields.of(file, path, value);
        if (!step.string("type").equals("Sequence")) {
            return List.of(step);
        }
        List<JsonFields> steps = new ArrayList<>();
        for (Object part : step.list(list)) {
            steps.addAll(steps("%s.%s[%d]".formatted(path, list, steps.size()), list, part));
        }
        return steps;
    }

    private static RuntimeException unknown(JsonFields step, String expected) {
        return step.fault("type", "is '%s'".formatted(step.string("type")), expected);
    }
}
