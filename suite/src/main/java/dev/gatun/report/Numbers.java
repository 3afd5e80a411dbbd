package dev.gatun.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** How the report writes numbers: four significant digits, or as many as an interval supports. */
final class Numbers {
  /** Written where there is no number. */
  static final String NONE = "–";

  private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

  private Numbers() {}

  /** As in {@code 0.9843}, {@code 131,072}, {@code 1.5 × 10⁻⁸}, {@code ∞}. */
  static String format(double value) {
    if (Double.isNaN(value)) {
      return NONE;
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "∞" : "−∞";
    }
    double size = Math.abs(value);
    if (size != 0 && (size < 1e-3 || size >= 1e9)) {
      return scientific(value);
    }
    if (value == Math.rint(value)) {
      return minus(String.format(Locale.ROOT, "%,d", (long) value));
    }
    int integerDigits = Math.max(1, (int) Math.floor(Math.log10(size)) + 1);
    return fixed(value, size < 1 ? 4 : Math.max(0, 4 - integerDigits));
  }

  /** A number with the decimals that an interval of this width deserves: two digits of it. */
  static String format(double value, double width) {
    if (!Double.isFinite(value) || !(width > 0) || Double.isInfinite(width)) {
      return format(value);
    }
    int decimals = 1 - (int) Math.floor(Math.log10(width));
    double size = Math.abs(value);
    boolean plain = decimals <= 8 && size < 1e9 && (size >= 1e-4 || size == 0 || decimals <= 4);
    return plain ? fixed(value, Math.max(0, decimals)) : format(value);
  }

  /** The shortest decimal of a stated number. */
  static String stated(double value) {
    double size = Math.abs(value);
    if (value == Math.rint(value) || size < 1e-4) {
      return format(value);
    }
    return minus(BigDecimal.valueOf(value).stripTrailingZeros().toPlainString());
  }

  /** Ends of a measured interval, as in {@code [0.9812, 0.9845]}. */
  static String interval(double low, double high) {
    return "[" + format(low, high - low) + ", " + format(high, high - low) + "]";
  }

  /** A unit as it follows a number: none for a pure number. */
  static String unit(String unit) {
    return unit.isEmpty() || unit.equals("1") ? "" : " " + unit;
  }

  /** As in {@code 850 ms}, {@code 12.4 s} and {@code 5 min 42 s}. */
  static String seconds(double seconds) {
    if (!Double.isFinite(seconds)) {
      return NONE;
    }
    if (seconds < 1) {
      return String.format(Locale.ROOT, "%.0f ms", seconds * 1000);
    }
    if (seconds < 60) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    long whole = Math.round(seconds);
    return whole < 3600
        ? String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole % 3600 / 60);
  }

  private static String scientific(double value) {
    var rounded = new BigDecimal(value).round(new MathContext(3, RoundingMode.HALF_EVEN));
    int exponent = rounded.precision() - rounded.scale() - 1;
    var mantissa = rounded.movePointLeft(exponent).stripTrailingZeros();
    var text = new StringBuilder(minus(mantissa.toPlainString())).append(" × 10");
    for (char c : Integer.toString(exponent).toCharArray()) {
      text.append(c == '-' ? '⁻' : SUPERSCRIPTS.charAt(c - '0'));
    }
    return text.toString();
  }

  private static String fixed(double value, int decimals) {
    return minus(String.format(Locale.ROOT, "%,." + decimals + "f", value));
  }

  private static String minus(String number) {
    return number.replace('-', '−');
  }
}
