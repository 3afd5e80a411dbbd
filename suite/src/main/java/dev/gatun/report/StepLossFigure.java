package dev.gatun.report;

import dev.gatun.report.chart.Axis;
import dev.gatun.report.chart.Chart;
import dev.gatun.report.chart.LineStyle;
import dev.gatun.report.chart.Point;
import dev.gatun.report.chart.Series;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A5: how much steps of equal norm lower the loss, one curve for each direction. */
final class StepLossFigure implements FigureSource {
  private static final String CURVE = "decrease_";
  private static final double LEAST = 1e-6;
  private static final Map<String, String> DIRECTIONS = directions();
  private static final Map<String, String> CONTROLS = controls();

  private static Map<String, String> directions() {
    var names = new LinkedHashMap<String, String>();
    names.put("gradient", "−G");
    names.put("full_step", "−(GWWᵀ + HHᵀG): hidden states and head");
    names.put("hidden_induced", "−GWWᵀ: hidden states");
    return names;
  }

  private static Map<String, String> controls() {
    var names = new LinkedHashMap<String, String>();
    names.put("projected", "−G·P_W: the best for hidden states");
    names.put("random_head", "−GRRᵀ: a random head");
    names.put("random_in_subspace", "random, same subspace");
    return names;
  }

  @Override
  public String claim() {
    return "A5";
  }

  @Override
  public String subject() {
    return "losses along directions (metrics decrease_<direction>@<size>)";
  }

  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    return CurveFigures.largestArm(evidence, claim(), CURVE + "gradient")
        .map(arm -> {
          var series = new ArrayList<Series>();
          DIRECTIONS.forEach((direction, name) ->
              series.add(
                  CurveFigures.data(
                      name,
                      series.size(),
                      lowering(evidence.curve(arm.getValue(), CURVE + direction)))));
          CONTROLS.forEach((direction, name) ->
              series.add(
                  CurveFigures.control(
                      name,
                      series.size(),
                      LineStyle.DASHED,
                      lowering(evidence.curve(arm.getValue(), CURVE + direction)))));
          series.removeIf(s -> s.points().isEmpty());
          var chart =
              new Chart(
                  Axis.log2("norm of the step per context, ‖ΔL‖/√N"),
                  Axis.log10("decrease of the loss, nats"),
                  series);
          String caption =
              ("Exact loss of the logits moved along each direction, after training (%s; whiskers:"
                   + " range over the seeds). A curve ends where the step raises the loss. Dashed:"
                   + " controls. The logarithmic scale shows equal factors as equal distances.")
                  .formatted(CurveFigures.arm(arm));
          return new Figure(
              "figure-step-loss", "What steps of equal norm gain, by direction", caption, chart);
        })
        .stream()
        .toList();
  }

  /** Up to the first step that raises the loss in any run: a logarithm has no place for it. */
  private static List<Point> lowering(List<Point> points) {
    return points.stream().takeWhile(p -> p.low() > LEAST).toList();
  }
}
