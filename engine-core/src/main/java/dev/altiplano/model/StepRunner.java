package dev.altiplano.model;

import dev.altiplano.event.FlightRecord;
import dev.altiplano.event.Span;
import dev.altiplano.event.StepFacts;
import dev.altiplano.kernels.TeamSize;
import dev.altiplano.kernels.Workers;

import java.util.Arrays;
import java.util.function.IntSupplier;

/**
 * Runs the steps of a model on its workers, with scratch memory of its own for blocks and for
 * single tokens: while a block makes a pause, its scratch keeps what it has computed.
 */
final class StepRunner implements Turns.Steps {
    private final Workers workers;
    private final TeamSize[] sizes; // [log2 of the rows, rounded down]
    private final WeightBytes bytes;
    private final Turns turns;
    private final Step block;
    private final Pass blockPass;
    private final IntSupplier blockWork;
    private final Step tokens;
    private final Pass tokensPass;
    private final IntSupplier tokensWork;
    private final Reader[] one = new Reader[1];

    /**
     * @param network what a pass runs through
     * @param threads workers, the calling one included
     * @param sequences most sequences in one step
     */
    StepRunner(Network network, int threads, int blockSize, int sequences) {
        turns = new Turns(this, sequences);
        block = network.step(blockSize, 1);
        tokens = network.step(sequences, sequences);
        Head head = network.head(Math.max(sequences, Math.min(Pass.LOGIT_ROWS, blockSize)));
        blockPass = network.pass(block, head, turns::wantsPause);
        tokensPass = network.pass(tokens, head, () -> false);
        blockWork = blockPass::work;
        tokensWork = tokensPass::work;
        bytes = network.bytes();
        sizes = new TeamSize[1 + log2(Math.max(blockSize, sequences))];
        Arrays.setAll(sizes, i -> new TeamSize(threads));
        workers = new Workers(threads);
    }

    private static int log2(int count) {
        return 31 - Integer.numberOfLeadingZeros(count);
    }

    /** Off-heap bytes of scratch taken so far. */
    long kernelBytes() {
        return workers.scratchBytes() + block.packedBytes() + tokens.packedBytes();
    }

    Turns turns() {
        return turns;
    }

    @Override
    public void tokens(Reader[] readers, int count) {
        try {
            tokens.begin(readers, count);
            tokensPass.begin(true);
            Span<StepFacts> span = FlightRecord.step(true);
            tokens.trace().begin(span != null);
            workers.run(tokensPass, sizes[log2(count)], tokensWork);
            if (tokensPass.isCancelled()) {
                for (int s = 0; s < count; s++) {
                    readers[s].cancelled = true;
                }
            } else if (span != null) {
                span.end(facts(tokens, 1));
            }
        } catch (Throwable e) { // errors, too: they are thrown where somebody waits for the step
            for (int s = 0; s < count; s++) {
                readers[s].fail(e);
            }
        } finally {
            tokens.end();
        }
    }

    @Override
    public void alone(Reader reader) {
        Workers.Region errand = reader.errand();
        if (errand == null) {
            block(reader);
            return;
        }
        try {
            workers.run(errand);
        } catch (Throwable e) { // errors, too: see above
            reader.fail(e);
        }
    }

    private void block(Reader reader) {
        try {
            one[0] = reader;
            block.begin(one, 1);
            blockPass.begin(false);
            Span<StepFacts> span = FlightRecord.step(reader.count() == 1);
            block.trace().begin(span != null);
            TeamSize size = sizes[log2(reader.count())];
            workers.run(blockPass, size, blockWork);
            while (blockPass.isPaused()) {
                turns.pause();
                blockPass.resume();
                workers.run(blockPass, size, blockWork);
            }
            reader.cancelled = blockPass.isCancelled();
            if (span != null && !reader.cancelled) {
                span.end(facts(block, logitBlocks(reader)));
            }
        } catch (Throwable e) { // errors, too: see above
            reader.fail(e);
        } finally {
            block.end();
        }
    }

    /** How often the head is read. */
    private static int logitBlocks(Reader reader) {
        int rows = reader.wish().allPositions() ? reader.count() : 1;
        return reader.wish().logits() == null ? 0 : (rows - 1) / Pass.LOGIT_ROWS + 1;
    }

    /** What a recording is told of a step; before its positions are committed. */
    private StepFacts facts(Step step, int heads) {
        StepTrace trace = step.trace();
        long attended = 0;
        for (int s = 0; s < step.sequences(); s++) {
            attended += step.reader(s).cache().bytesAttended(step.reader(s).count());
        }
        return new StepFacts(
                step.positions()[0],
                step.count(),
                step.sequences(),
                trace.workers(),
                trace.experts(),
                trace.expertsRead(),
                trace.attentionNanos(),
                trace.feedForwardNanos(),
                trace.headNanos(),
                bytes.layers()
                        + trace.expertBytes()
                        + step.count() * bytes.row()
                        + heads * bytes.head(),
                attended);
    }

    /** Refuses later steps, waits for the one that runs, and ends the threads. */
    void close() {
        turns.close();
        workers.close();
    }
}
