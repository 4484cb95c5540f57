package dev.altiplano;

import com.sun.management.HotSpotDiagnosticMXBean;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What speed depends on besides this program.
 *
 * @param architecture of the processor, {@code os.arch}
 * @param vmInfo how the JVM runs code, {@code java.vm.info}
 * @param compilerTier the highest tier that code is compiled at: 4 is C2's
 * @param vectorBits length of the kernels' vectors; 0 for none
 * @param processors those that this process may use
 * @param availableBytes memory that can be had without taking it from others; file contents that
 *     the system keeps in memory count as available
 */
record Machine(
        Runtime.Version version,
        String architecture,
        String vmInfo,
        int compilerTier,
        int vectorBits,
        int processors,
        long availableBytes) {
    private static final int C2 = 4;
    private static final Path MEMORY = Path.of("/proc/meminfo");

    /** This one, now. */
    static Machine current(int vectorBits) {
        return new Machine(
                Runtime.version(),
                System.getProperty("os.arch", ""),
                System.getProperty("java.vm.info", ""),
                highestTier(),
                vectorBits,
                Runtime.getRuntime().availableProcessors(),
                Math.min(totalBytes(), available()));
    }

    /** The machine's or the container's memory. */
    static long totalBytes() {
        return ((com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean())
                .getTotalMemorySize();
    }

    private static int highestTier() {
        @Nullable HotSpotDiagnosticMXBean bean =
                ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (bean == null) {
            return C2; // another JVM: measuring its kernels shows whether they are good
        }
        try {
            return Integer.parseInt(bean.getVMOption("TieredStopAtLevel").getValue());
        } catch (IllegalArgumentException e) { // a JVM built with one compiler has no tiers
            return C2;
        }
    }

    /** What Linux says; unlimited elsewhere. */
    private static long available() {
        try (Stream<String> lines = Files.lines(MEMORY)) {
            return lines.filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(Long.MAX_VALUE);
        } catch (IOException | RuntimeException e) {
            return Long.MAX_VALUE;
        }
    }
}
