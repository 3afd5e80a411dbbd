package dev.gatun.report;

import dev.gatun.results.Verdict;
import java.util.Locale;
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

  /** The strip, or nothing if there is no measurement to place. */
  static String html(Verdict v) {
    if (!Double.isFinite(v.measured())) {
      return "";
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
    return new IntervalStrip(v, range.getMin() - margin, range.getMax() + margin).html();
  }

  private String html() {
    double bandFrom = Math.max(verdict.expectedLow(), low);
    double bandTo = Math.min(verdict.expectedHigh(), high);
    String nullMark =
        Double.isFinite(verdict.nullValue())
            ? "<i class=\"null\" style=\"left:" + percent(verdict.nullValue()) + "\"></i>"
            : "";
    return """
    <div class="strip" aria-hidden="true"><i class="band" style="left:%s;right:%s"></i>\
    <i class="whisker" style="left:%s;right:%s"></i>%s\
    <i class="dot %s" style="left:%s"></i></div>
    """
        .formatted(
            percent(bandFrom),
            percent(low + high - bandTo),
            percent(finite(verdict.measuredLow())),
            percent(low + high - finite(verdict.measuredHigh())),
            nullMark,
            OutcomeMark.style(verdict.outcome()),
            percent(verdict.measured()));
  }

  private double finite(double end) {
    return Double.isFinite(end) ? end : verdict.measured();
  }

  private String percent(double value) {
    return String.format(Locale.ROOT, "%.2f%%", 100 * (value - low) / (high - low));
  }
}
