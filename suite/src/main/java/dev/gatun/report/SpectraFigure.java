package dev.gatun.report;

import dev.gatun.report.chart.Axis;
import dev.gatun.report.chart.Chart;
import dev.gatun.report.chart.Ink;
import dev.gatun.report.chart.LineStyle;
import dev.gatun.report.chart.Marker;
import dev.gatun.report.chart.Point;
import dev.gatun.report.chart.Series;
import dev.gatun.results.Run;
import dev.gatun.results.SpectrumRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** A2: singular values of the logit gradient and of the logit step, one figure per arm. */
final class SpectraFigure implements FigureSource {
  private static final int MOST_FIGURES = 4;
  private static final int SAMPLES = 140;

  /** Relative singular values below this are rounding, whatever the method. */
  private static final double FLOOR = 1e-12;

  /** Upper end of the y axis: leaves room above the values for the name of the line at 2D. */
  private static final double TOP = 30;

  @Override
  public String claim() {
    return "A2";
  }

  @Override
  public String subject() {
    return "singular values (spectra logit_gradient and logit_step)";
  }

  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    Map<String, Run> firstRuns = new LinkedHashMap<>();
    evidence.runsOf(claim()).forEach(r -> firstRuns.putIfAbsent(r.arm(), r));
    return firstRuns.values().stream()
        .flatMap(run -> figure(evidence, run).stream())
        .limit(MOST_FIGURES)
        .toList();
  }

  private static Optional<Figure> figure(EvidenceIndex evidence, Run run) {
    Optional<SpectrumRecord> gradient = last(evidence, run, "logit_gradient");
    Optional<SpectrumRecord> step = last(evidence, run, "logit_step");
    if (gradient.isEmpty() || step.isEmpty()) {
      return Optional.empty();
    }
    Optional<Point> limit = evidence.last(List.of(run), "rank_cap");
    int cliff = (int) Math.round(limit.map(Point::y).orElse(0.0));
    var series = new ArrayList<Series>();
    series.add(errorBound(gradient.get(), step.get()));
    series.add(series("logit gradient G", Ink.FIRST, LineStyle.SOLID, gradient.get(), cliff));
    series.add(series("logit step ΔL", Ink.SECOND, LineStyle.SOLID, step.get(), cliff));
    series.removeIf(s -> s.points().isEmpty());
    List<Chart.Vertical> verticals =
        cliff == 0 ? List.of() : List.of(new Chart.Vertical(" 2D = " + cliff, cliff));
    String caption =
        ("After step %s of run %s, each value relative to the largest. The step has rank 2D at"
             + " most, the gradient that it should follow a higher one. What lies under the dotted"
             + " line is within the error bound.")
            .formatted(gradient.get().step(), run.id());
    var chart =
        new Chart(
            Axis.log10("index of the singular value"),
            Axis.log10("singular value / largest").between(lowest(series), TOP),
            series,
            List.of(),
            verticals);
    return Optional.of(
        new Figure(
            "figure-spectra-" + Html.id(run.id()), "Spectra, arm " + run.arm(), caption, chart));
  }

  private static Optional<SpectrumRecord> last(EvidenceIndex evidence, Run run, String name) {
    return evidence.spectraOf(run).stream()
        .filter(s -> s.name().equals(name) && s.singularValues().length > 0)
        .reduce((a, b) -> b.step() >= a.step() ? b : a);
  }

  private static Series series(
      String name, Ink ink, LineStyle line, SpectrumRecord spectrum, int cliff) {
    double[] values = spectrum.singularValues();
    var points = new ArrayList<Point>();
    for (int i : samples(values.length, cliff)) {
      double relative = values[i - 1] / values[0];
      points.add(Point.of(i, Math.max(relative, FLOOR)));
      if (!(relative > FLOOR)) {
        break; // what follows is zero up to rounding: the line falls off the chart and ends
      }
    }
    return new Series(name, ink, Marker.NONE, line, points);
  }

  /** Indices from 1 to n, evenly spaced by logarithm, and those beside the cliff. */
  private static TreeSet<Integer> samples(int n, int cliff) {
    var indices = new TreeSet<Integer>();
    for (int k = 0; k < SAMPLES; k++) {
      indices.add((int) Math.round(Math.exp(Math.log(n) * k / (SAMPLES - 1))));
    }
    for (int i = cliff - 1; i <= cliff + 1; i++) {
      if (i >= 1 && i <= n) {
        indices.add(i);
      }
    }
    return indices;
  }

  /** The larger of the two relative error bounds, over all indices. */
  private static Series errorBound(SpectrumRecord gradient, SpectrumRecord step) {
    double bound = Math.max(relativeErrorBound(gradient), relativeErrorBound(step));
    int size = Math.max(gradient.singularValues().length, step.singularValues().length);
    List<Point> points =
        bound > FLOOR ? List.of(Point.of(1, bound), Point.of(size, bound)) : List.of();
    return new Series("error bound", Ink.REFERENCE, Marker.NONE, LineStyle.DOTTED, points);
  }

  private static double relativeErrorBound(SpectrumRecord spectrum) {
    return spectrum.errorBound() / spectrum.singularValues()[0];
  }

  private static double lowest(List<Series> series) {
    double least =
        series.stream()
            .flatMap(s -> s.points().stream())
            .mapToDouble(Point::y)
            .filter(y -> y > FLOOR)
            .min()
            .orElse(FLOOR);
    return Math.pow(10, Math.floor(Math.log10(least)));
  }
}
