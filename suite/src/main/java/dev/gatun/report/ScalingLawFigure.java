package dev.gatun.report;

import dev.gatun.facts.LossPoint;
import dev.gatun.facts.PublishedModel;
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
  private final PublishedPoints published;

  ScalingLawFigure(PublishedPoints published) {
    this.published = published;
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
    for (Map.Entry<PublishedModel, List<LossPoint>> model : published.lossCurves().entrySet()) {
      Ink ink = Ink.ofSeries(i);
      String size = model.getKey().size();
      List<Point> losses =
          model.getValue().stream().map(p -> Point.of(p.tokens(), p.loss())).toList();
      series.add(law(model.getValue(), ink));
      series.add(new Series("published loss", ink, Marker.DOT, LineStyle.NONE, size, losses));
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

  private Series law(List<LossPoint> curve, Ink ink) {
    List<Point> points =
        curve.stream()
            .map(p -> Point.of(p.tokens(), published.scalingLaw().loss(p.parameters(), p.tokens())))
            .toList();
    return new Series("scaling law", ink, Marker.NONE, LineStyle.DASHED, points);
  }
}
