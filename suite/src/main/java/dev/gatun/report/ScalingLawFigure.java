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
import java.util.Map;

/** B1: the published loss of each model over tokens, and the scaling law's. */
final class ScalingLawFigure implements FigureSource {
  private final ScalingLawFacts facts;

  ScalingLawFigure(ScalingLawFacts facts) {
    this.facts = facts;
  }

  @Override
  public String claim() {
    return "B1";
  }

  @Override
  public String subject() {
    return "run of this claim";
  }

  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    if (evidence.runsOf(claim()).isEmpty()) {
      return List.of();
    }
    var series = new ArrayList<Series>();
    int i = 0;
    for (Map.Entry<String, List<Point>> model : facts.losses().entrySet()) {
      Ink ink = Ink.ofSeries(i);
      List<Point> losses = overTokens(facts, model.getValue());
      series.add(law(facts, model.getKey(), losses, ink));
      series.add(
          new Series("published loss", ink, Marker.DOT, LineStyle.NONE, model.getKey(), losses));
      i++;
    }
    var tokens = series.stream().flatMap(s -> s.points().stream()).mapToDouble(Point::x);
    var range = tokens.summaryStatistics();
    // A seventh of the axis is left for the names of the models.
    double end = range.getMax() * Math.pow(range.getMax() / range.getMin(), 0.16);
    String caption =
        "Points: published losses, read off figure 1 of arXiv 2404.07647. Dashed: the scaling law"
            + " printed there, for the same model and tokens. Where points leave their line upwards"
            + " the model is worse than the law. The intervals of the mean excess in the table"
            + " below come from a bootstrap: each loss is read again with an error of up to 0.005"
            + " nats of its own and one that the whole figure shares, and the law's A is refitted"
            + " to points of 410M drawn with replacement. They say how well the figure can be read"
            + " and not how another training of the models would end: of each there is one.";
    var chart =
        new Chart(
            Axis.log10("training tokens").between(range.getMin() / 1.15, end),
            Axis.linear("loss (nats per token)"),
            series);
    return List.of(
        new Figure("figure-scaling-law", "Loss against the scaling law", caption, chart));
  }

  private static List<Point> overTokens(ScalingLawFacts facts, List<Point> losses) {
    return losses.stream().map(p -> Point.of(p.x() * facts.tokensPerStep(), p.y())).toList();
  }

  private static Series law(ScalingLawFacts facts, String model, List<Point> losses, Ink ink) {
    List<Point> points =
        losses.stream().map(p -> Point.of(p.x(), facts.loss(model, p.x()))).toList();
    return new Series("scaling law", ink, Marker.NONE, LineStyle.DASHED, points);
  }
}
