package dev.altiplano.bench.jmh;

import dev.altiplano.bench.Stretch;
import dev.altiplano.bench.jmh.Counters.Arithmetic;
import dev.altiplano.bench.jmh.Counters.Traffic;
import dev.altiplano.kernels.KvType;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.SoftmaxAttention;
import dev.altiplano.kernels.Workers.Region;

import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import java.lang.foreign.Arena;

/**
 * Attention of one layer with Llama 4's heads, behind so many tokens: one row, as in decoding, and
 * a block of rows, as in prefill.
 */
@State(Scope.Benchmark)
@NullUnmarked // filled by the set-up
public class AttentionBenchmark extends Timed {
    private static final int HEADS = 40;

    /** Rows at once: 1 in decoding, a block in prefill. */
    @Param({"1", "256"})
    public int rows;

    /** Tokens of the sequence before. */
    @Param({"0", "512", "8192", "32768"})
    public int depth;

    /** How keys and values are stored. */
    @Param({"F32", "BF16"})
    public KvType type;

    private Arena arena;
    private RandomCache cache;
    private SoftmaxAttention kernel;
    private Rows q;
    private Rows out;
    private long flops;

    private final Region attention = worker -> kernel.attend(worker, q, cache.pages(), depth, out);

    /** Fills memory. */
    @Setup(Level.Trial)
    public void fill(Team team) {
        arena = Arena.ofShared();
        cache = new RandomCache(depth + rows, type, arena);
        cache.fill(team);
        kernel = new SoftmaxAttention(cache.layout(), HEADS, rows);
        q = RandomMatrices.rows(rows, HEADS * RandomCache.HEAD_DIM);
        out = Rows.of(rows, HEADS * RandomCache.HEAD_DIM);
        flops = 4L * HEADS * RandomCache.HEAD_DIM * new Stretch(depth, rows).seen();
        check(team);
    }

    /** Attends to the next cache in memory. */
    @Benchmark
    public Rows attend(Team team, Traffic traffic, Arithmetic arithmetic) {
        cache.next();
        team.run(attention);
        traffic.bytes += cache.bytes();
        arithmetic.flops += flops;
        return out;
    }

    /** Checks what compiled code computes, too. */
    @TearDown(Level.Iteration)
    public void check(Team team) {
        cache.next();
        team.run(attention);
        for (int head = 0; head < HEADS; head += 13) {
            cache.check(q, depth, head * RandomCache.KV_HEADS / HEADS, head, out);
        }
    }

    /** Gives the memory back. */
    @TearDown(Level.Trial)
    public void release() {
        arena.close();
    }
}
