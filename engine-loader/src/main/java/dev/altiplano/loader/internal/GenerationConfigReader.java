package dev.altiplano.loader.internal;

import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.GenerationDefaults;
import dev.altiplano.loader.SpecialIds;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Reads {@code generation_config.json}, which a folder may lack. */
public final class GenerationConfigReader {
    private GenerationConfigReader() {}

    /**
     * The defaults of a folder.
     *
     * @param ids what {@code config.json} says
     * @throws CheckpointException if the file is broken or a value is out of its range
     */
    public static GenerationDefaults read(Path folder, SpecialIds ids) {
        Path file = folder.resolve("generation_config.json");
        return SmallFile.exists(file) ? read(Fields.read(file), ids) : missing(ids);
    }

    private static GenerationDefaults missing(SpecialIds ids) {
        OptionalDouble none = OptionalDouble.empty();
        return new GenerationDefaults(
                false, none, OptionalInt.empty(), none, none, none, ids.eos(), ids.bos());
    }

    private static GenerationDefaults read(Fields fields, SpecialIds ids) {
        OptionalInt bos = fields.optionalInteger("bos_token_id", 0);
        List<Integer> eos = IdLists.read(fields, "eos_token_id");
        try {
            return new GenerationDefaults(
                    fields.flag("do_sample", false),
                    fields.optionalNumber("temperature"),
                    fields.optionalInteger("top_k", 0),
                    fields.optionalNumber("top_p"),
                    fields.optionalNumber("min_p"),
                    fields.optionalNumber("repetition_penalty"),
                    Stream.concat(eos.stream(), ids.eos().stream()).distinct().toList(),
                    bos.isPresent() ? bos : ids.bos());
        } catch (IllegalArgumentException e) {
            throw fields.wrong(e);
        }
    }
}
