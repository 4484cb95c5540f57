package dev.altiplano.bench.jmh;

import dev.altiplano.bench.jmh.Counters.Elements;
import dev.altiplano.kernels.PixelResize;
import dev.altiplano.kernels.Workers.Region;

import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import java.util.Arrays;

/** Brings a photograph to the canvas of 3 x 4 tiles: old pixels per second. */
@State(Scope.Benchmark)
@NullUnmarked // filled by the set-up
public class ResizeBenchmark extends Timed {
    private static final int CHANNELS = 3;
    private static final int NEW_WIDTH = 1344;
    private static final int NEW_HEIGHT = 1008;
    private static final byte GREY = 77;

    /** Columns of the photograph, which has three rows for every four of them. */
    @Param({"4000", "2000"})
    public int width;

    private int height;
    private byte[] from;
    private byte[] to;
    private PixelResize kernel;

    private final Region resize = worker -> kernel.apply(worker, from, to, NEW_WIDTH * CHANNELS);

    /** Makes a grey picture: what it becomes is known. */
    @Setup(Level.Trial)
    public void fill(Team team) {
        height = width * 3 / 4;
        from = new byte[width * height * CHANNELS];
        Arrays.fill(from, GREY);
        to = new byte[NEW_WIDTH * NEW_HEIGHT * CHANNELS];
        kernel = new PixelResize(width, height, NEW_WIDTH, NEW_HEIGHT);
        check(team);
    }

    /** Both directions. */
    @Benchmark
    public byte[] resize(Team team, Elements elements) {
        team.run(resize);
        elements.elements += (long) width * height;
        return to;
    }

    /** Checks what compiled code computes, too. */
    @TearDown(Level.Iteration)
    public void check(Team team) {
        Arrays.fill(to, (byte) 0);
        team.run(resize);
        for (int i = 0; i < to.length; i += 997) {
            Checks.close("a grey pixel", to[i], GREY, 0);
        }
    }
}
