package dev.gatun.report;

import dev.gatun.results.Verdict;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * Where a measurement lies, to scale: the expected interval as a band, the measurement with its
 * interval as a dot on a bar, the null as a hollow diamond.
 */
final class IntervalStrip {
  private final Verdict verdict;
  private final double low;
  private final double high;

  private IntervalStrip(Verdict verdict, double low, double high) {
    this.verdict = verdict;
    this.low = low;
    this.high = high;
  }

  /** The strip of a verdict; empty if there is no measurement to place. */
  static Optional<IntervalStrip> of(Verdict v) {
    if (!Double.isFinite(v.measured())) {
      return Optional.empty();
    }
    var range =
        DoubleStream.of(
                v.measured(),
                v.measuredLow(),
                v.measuredHigh(),
                v.expectedLow(),
                v.expectedHigh(),
                v.nullValue())
            .filter(Double::isFinite)
            .summaryStatistics();
    double width = range.getMax() - range.getMin();
    double margin = width > 0 ? 0.12 * width : Math.max(Math.abs(v.measured()) * 0.1, 1e-12);
    return Optional.of(new IntervalStrip(v, range.getMin() - margin, range.getMax() + margin));
  }

  String style() {
    return Mark.of(verdict.outcome()).style();
  }

  String left() {
    return percent(verdict.measured());
  }

  boolean hasNull() {
    return Double.isFinite(verdict.nullValue());
  }

  String nullLeft() {
    return percent(verdict.nullValue());
  }

  String bandLeft() {
    return percent(Math.max(verdict.expectedLow(), low));
  }

  String bandRight() {
    return percent(low + high - Math.min(verdict.expectedHigh(), high));
  }

  String whiskerLeft() {
    return percent(finite(verdict.measuredLow()));
  }

  String whiskerRight() {
    return percent(low + high - finite(verdict.measuredHigh()));
  }

  private double finite(double end) {
    return Double.isFinite(end) ? end : verdict.measured();
  }

  private String percent(double value) {
    return String.format(Locale.ROOT, "%.2f%%", 100 * (value - low) / (high - low));
  }
}
