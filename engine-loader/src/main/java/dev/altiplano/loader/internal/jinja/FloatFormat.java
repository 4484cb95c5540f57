package dev.altiplano.loader.internal.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * Digits of a float as {@code printf} and {@code format} write them, rounded half to even from its
 * exact value.
 *
 * @param type {@code e}, {@code f}, {@code g} or {@code %}, also as capitals; {@code r} for the
 *     shortest text, or, with a precision, {@code g} with a fraction
 * @param precision digits, negative for the default of the type
 * @param alternate whether a point and the zeros of {@code g} stay
 */
record FloatFormat(char type, int precision, boolean alternate) {
    /** What writing the exact value of a double may take, in characters scanned. */
    static final long COST = 800;

    private static final int DEFAULT_PRECISION = 6;

    /** The digits of a number without its sign. */
    String digits(double number) {
        double value = Math.abs(number);
        String text =
                Double.isNaN(value) || Double.isInfinite(value) ? special(value) : form(value);
        return Character.isUpperCase(type) ? text.toUpperCase(Locale.ROOT) : text;
    }

    private String special(double value) {
        String text = Double.isNaN(value) ? "nan" : "inf";
        return type == '%' ? text + "%" : text;
    }

    private String form(double value) {
        int digits = precision < 0 ? DEFAULT_PRECISION : precision;
        return switch (Character.toLowerCase(type)) {
            case 'f' -> fixed(new BigDecimal(value), digits);
            case 'e' -> exponential(new BigDecimal(value), digits, false);
            case 'g' -> general(new BigDecimal(value), Math.max(digits, 1), false);
            case '%' -> percent(value, digits);
            default ->
                    precision < 0
                            ? FloatText.repr(value)
                            : general(new BigDecimal(value), Math.max(digits, 1), true);
        };
    }

    private String percent(double value, int digits) {
        double hundredfold = value * 100;
        return Double.isInfinite(hundredfold)
                ? "inf%"
                : fixed(new BigDecimal(hundredfold), digits) + "%";
    }

    private String fixed(BigDecimal value, int digits) {
        String text = value.setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
        return alternate && digits == 0 ? text + "." : text;
    }

    private String exponential(BigDecimal value, int digits, boolean strip) {
        BigDecimal rounded = value.round(new MathContext(digits + 1, RoundingMode.HALF_EVEN));
        int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - 1 - rounded.scale();
        BigDecimal mantissa = rounded.scaleByPowerOfTen(-exponent);
        String text = fixed(mantissa, digits);
        return (strip ? stripped(text) : text) + FloatText.exponent(exponent);
    }

    private String general(BigDecimal value, int digits, boolean fraction) {
        BigDecimal rounded = value.round(new MathContext(digits, RoundingMode.HALF_EVEN));
        int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - 1 - rounded.scale();
        if (exponent < -4 || exponent >= (fraction ? digits - 1 : digits)) {
            return exponential(value, digits - 1, !alternate);
        }
        String text = fixed(value, Math.max(0, digits - 1 - exponent));
        String shown = alternate ? text : stripped(text);
        return fraction && shown.indexOf('.') < 0 ? shown + ".0" : shown;
    }

    private static String stripped(String text) {
        if (text.indexOf('.') < 0) {
            return text;
        }
        int end = text.length();
        while (text.charAt(end - 1) == '0') {
            end--;
        }
        return text.substring(0, text.charAt(end - 1) == '.' ? end - 1 : end);
    }
}
