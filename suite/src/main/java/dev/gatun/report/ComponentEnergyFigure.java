package dev.gatun.report;

import dev.gatun.report.chart.Axis;
import dev.gatun.report.chart.Chart;
import dev.gatun.report.chart.LineStyle;
import dev.gatun.report.chart.Point;
import dev.gatun.results.Run;
import java.util.List;
import java.util.Optional;

/** A10: cumulative energy of G and of what a head keeps of it, by component of G. */
final class ComponentEnergyFigure implements FigureSource {
  private static final String CURVE = "energy_gradient";

  @Override
  public String claim() {
    return "A10";
  }

  @Override
  public String subject() {
    return "cumulative energies (metrics energy_gradient@<components>)";
  }

  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    return CurveFigures.largestArm(evidence, claim(), CURVE)
        .map(arm -> {
          List<Run> runs = arm.getValue();
          var series =
              List.of(
                  CurveFigures.control(
                      "kept by a random head",
                      2,
                      LineStyle.DASHED,
                      evidence.curve(runs, "energy_random_head")),
                  CurveFigures.data("gradient G", 0, evidence.curve(runs, CURVE)),
                  CurveFigures.data(
                      "kept by the head, G·P_W", 1, evidence.curve(runs, "energy_kept")));
          Optional<Point> head = evidence.last(runs, "head_components");
          List<Chart.Vertical> verticals =
              head.map(p -> new Chart.Vertical(" 70 % of the norm of G", p.y())).stream().toList();
          var chart =
              new Chart(
                  Axis.log2("leading components of G"),
                  Axis.linear("share of the energy in them").between(0, 1),
                  series,
                  List.of(),
                  verticals);
          String caption =
              ("Energy in the first components of G, each curve relative to its own whole, after"
                   + " training (%s; whiskers: range over the seeds). A curve below that of G has"
                   + " lost in the leading components and gained in the tail.")
                  .formatted(CurveFigures.arm(arm));
          return new Figure(
              "figure-component-energy", "Where the energy lies, by component", caption, chart);
        })
        .stream()
        .toList();
  }
}
