package dev.gatun.report.chart;

import java.math.BigDecimal;
import java.math.MathContext;
import java.text.FieldPosition;
import java.text.NumberFormat;
import java.text.ParsePosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Where a logarithmic axis has its ticks, and how ticks are written. */
final class Ticks {
  private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

  private Ticks() {}

  /** Powers of ten from low to high, with their doubles and fivefolds on a short axis. */
  static List<Double> decades(double low, double high) {
    double decades = Math.log10(high / low);
    int every = Math.max(1, (int) Math.ceil(decades / 6));
    var ticks = new ArrayList<Double>();
    int first = (int) Math.floor(Math.log10(low));
    for (int e = first; e <= Math.log10(high) + 1e-9; e++) {
      if (Math.floorMod(e, every) == 0) {
        ticks.add(Math.pow(10, e));
        if (isShort(low, high)) {
          ticks.add(2 * Math.pow(10, e));
          ticks.add(5 * Math.pow(10, e));
        }
      }
    }
    ticks.removeIf(t -> t < low * (1 - 1e-9) || t > high * (1 + 1e-9));
    return ticks;
  }

  /** Whether {@link #decades} has more than powers of ten. */
  static boolean isShort(double low, double high) {
    return Math.log10(high / low) < 2.2;
  }

  /** Powers of two from low to high, at most eight. */
  static List<Double> octaves(double low, double high) {
    int first = (int) Math.ceil(Math.log(low) / Math.log(2) - 1e-9);
    int last = (int) Math.floor(Math.log(high) / Math.log(2) + 1e-9);
    int every = Math.max(1, (last - first + 7) / 8);
    var ticks = new ArrayList<Double>();
    for (int e = last; e >= first; e -= every) {
      ticks.addFirst(Math.pow(2, e));
    }
    return ticks;
  }

  /** As in {@code 2¹⁷}. */
  static String power(int base, double value) {
    long exponent = Math.round(Math.log(value) / Math.log(base));
    var text = new StringBuilder().append(base);
    for (char c : Long.toString(exponent).toCharArray()) {
      text.append(c == '-' ? '⁻' : SUPERSCRIPTS.charAt(c - '0'));
    }
    return text.toString();
  }

  /** Short form of a tick: {@code 0.95}, {@code 1,024}, {@code 20k}, {@code 300B}. */
  static String plain(double value) {
    double size = Math.abs(value);
    if (size >= 1e9) {
      return digits(value / 1e9) + "B";
    }
    if (size >= 1e6) {
      return digits(value / 1e6) + "M";
    }
    if (size >= 10_000) {
      return digits(value / 1e3) + "k";
    }
    return size >= 1000 ? String.format(Locale.ROOT, "%,.0f", value) : digits(value);
  }

  private static String digits(double value) {
    var rounded = new BigDecimal(value).round(new MathContext(6)).stripTrailingZeros();
    return rounded.signum() == 0 ? "0" : rounded.toPlainString();
  }

  /** {@link #plain} as JFreeChart wants it. */
  static NumberFormat plainFormat() {
    return new PlainFormat();
  }

  private static final class PlainFormat extends NumberFormat {
    private static final long serialVersionUID = 1L;

    @Override
    public StringBuffer format(double value, StringBuffer to, FieldPosition position) {
      return to.append(plain(value));
    }

    @Override
    public StringBuffer format(long value, StringBuffer to, FieldPosition position) {
      return to.append(plain(value));
    }

    @Override
    public Number parse(String source, ParsePosition position) {
      throw new UnsupportedOperationException("ticks are only written");
    }
  }
}
