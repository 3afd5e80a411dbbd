package dev.gatun.report;

import dev.gatun.report.chart.Axis;
import dev.gatun.report.chart.Chart;
import dev.gatun.report.chart.Ink;
import dev.gatun.report.chart.LineStyle;
import dev.gatun.report.chart.Marker;
import dev.gatun.report.chart.Point;
import dev.gatun.report.chart.Series;
import java.util.ArrayList;
import java.util.List;

/** A4: rank and components of the logit gradient over the batch, beside both nulls. */
final class BatchRankFigure implements FigureSource {
  private static final List<String> CURVES =
      List.of("_rank_of", "_components_999_of", "_components_70_of");
  private static final List<String> NAMES =
      List.of("rank", "components with 99.9 % of the norm", "components with 70 % of the norm");

  @Override
  public String claim() {
    return "A4";
  }

  @Override
  public String subject() {
    return "ranks of batches (metrics gradient_rank_of@<contexts>)";
  }

  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    return CurveFigures.largestArm(evidence, claim(), "gradient" + CURVES.getFirst())
        .map(arm -> {
          var series = new ArrayList<Series>();
          var gaussian = CurveFigures.largestArm(evidence, claim(), "gaussian" + CURVES.getFirst());
          for (int i = 0; i < CURVES.size(); i++) {
            String curve = CURVES.get(i);
            gaussian
                .map(control -> evidence.curve(control.getValue(), "gaussian" + curve))
                .ifPresent(points -> series.add(gaussian(points)));
            List<Point> targets = evidence.curve(arm.getValue(), "targets" + curve);
            series.add(
                CurveFigures.control(
                    NAMES.get(i) + ", targets alone", i, LineStyle.DOTTED, targets));
            series.add(
                CurveFigures.data(
                    NAMES.get(i), i, evidence.curve(arm.getValue(), "gradient" + curve)));
          }
          var chart =
              new Chart(Axis.log2("contexts in the batch, N"), Axis.log10("components"), series);
          String caption =
              ("Singular values of G above their error bound, and how many of the largest hold 99.9"
                   + " and 70 %% of its norm, after training (%s; whiskers: range over the seeds)."
                   + " Dotted: the same of the targets alone, −Y, which knows nothing of the model."
                   + " Dashed: the same three of a Gaussian matrix of equal size.")
                  .formatted(CurveFigures.arm(arm));
          return new Figure("figure-batch-rank", "Rank of the gradient, by batch", caption, chart);
        })
        .stream()
        .toList();
  }

  private static Series gaussian(List<Point> points) {
    return new Series("Gaussian", Ink.REFERENCE, Marker.NONE, LineStyle.DASHED, points);
  }
}
