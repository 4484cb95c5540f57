package dev.altiplano.bench.synthetic;

/** How numbers become the bits of a type; exact to the nearest. */
enum Encoding {
    F32(4) {
        @Override
        long bits(double value) {
            return Integer.toUnsignedLong(Float.floatToIntBits((float) value));
        }
    },
    F16(2) {
        @Override
        long bits(double value) {
            return Short.toUnsignedLong(Float.floatToFloat16((float) value));
        }
    },
    BF16(2) {
        @Override
        long bits(double value) {
            int bits = Float.floatToIntBits((float) value);
            return Integer.toUnsignedLong(bits + 0x7fff + (bits >>> 16 & 1)) >>> 16;
        }
    },
    F8_E4M3(1) {
        @Override
        long bits(double value) {
            int nearest = 0;
            for (int code = 0; code < LARGEST_CODE; code++) {
                if (distance(code + 1, value) < distance(nearest, value)) {
                    nearest = code + 1;
                }
            }
            return value < 0 ? nearest | 0x80 : nearest;
        }

        private double distance(int code, double value) {
            return Math.abs(e4m3(code) - Math.abs(value));
        }
    };

    /** The code of {@link #LARGEST_E4M3}; the next one is no number. */
    private static final int LARGEST_CODE = 0x7e;

    /** The largest number that FP8-E4M3 can hold. */
    static final double LARGEST_E4M3 = 448;

    private final int bytes;

    Encoding(int bytes) {
        this.bytes = bytes;
    }

    /** The encoding of a type as safetensors spells it. */
    static Encoding of(String dtype) {
        return valueOf(dtype);
    }

    /** Bytes of a number. */
    int bytes() {
        return bytes;
    }

    /** The bits of the nearest number, in the lowest bytes. */
    abstract long bits(double value);

    /** The number behind a code without a sign. */
    private static double e4m3(int code) {
        int exponent = code >>> 3;
        int mantissa = code & 7;
        return exponent == 0
                ? Math.scalb((double) mantissa, -9)
                : Math.scalb(1 + mantissa / 8.0, exponent - 7);
    }
}
