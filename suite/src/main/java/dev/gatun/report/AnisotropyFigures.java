package dev.gatun.report;

import dev.gatun.report.chart.Axis;
import dev.gatun.report.chart.Chart;
import dev.gatun.report.chart.Ink;
import dev.gatun.report.chart.LineStyle;
import dev.gatun.report.chart.Marker;
import dev.gatun.report.chart.Point;
import dev.gatun.report.chart.Series;
import dev.gatun.results.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** B3: the mean cosine of hidden states through training and through the layers. */
final class AnisotropyFigures implements FigureSource {
  private static final String ANISOTROPY = "anisotropy";
  private static final String LAYERS = "anisotropy_of_layer";

  private final PublishedPoints published;

  AnisotropyFigures(PublishedPoints published) {
    this.published = published;
  }

  @Override
  public String claim() {
    return "B3";
  }

  @Override
  public String subject() {
    return "mean cosine of hidden states (metrics anisotropy and anisotropy_of_layer@…)";
  }

  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    Map<String, List<Run>> arms = evidence.armsButControlsWith(claim(), ANISOTROPY);
    if (arms.isEmpty()) {
      return List.of();
    }
    return List.of(overTraining(evidence, arms), overLayers(evidence, arms));
  }

  private Figure overTraining(EvidenceIndex evidence, Map<String, List<Run>> arms) {
    var series = new ArrayList<Series>();
    arms.forEach((arm, runs) -> {
      List<Point> points = trained(evidence.overSteps(runs, ANISOTROPY));
      series.add(Series.line(words(arm), series.size(), points));
    });
    List<Run> first = arms.values().iterator().next();
    double end = evidence.last(first, ANISOTROPY).orElseThrow().x();
    series.add(
        new Series(
            "Pythia first passes 0.5 (read off figure 3), at the same share of training",
            Ink.FIFTH,
            Marker.OPEN_DIAMOND,
            LineStyle.NONE,
            published.beyondHalf().stream().map(share -> Point.of(share * end, 0.5)).toList()));
    series.add(
        new Series(
            "null: isotropic Gaussian",
            Ink.REFERENCE,
            Marker.NONE,
            LineStyle.DASHED,
            trained(evidence.overSteps(first, "anisotropy_isotropic"))));
    String caption =
        "Mean cosine between head inputs of different held-out contexts, over "
            + "training: means over the seeds, whiskers their range; the untrained model has "
            + "no place on the axis. Dashed: isotropic states of the same number and width. "
            + "Diamonds: where Pythia models up to 160M first pass 0.5 by figure 3 of arXiv "
            + "2404.07647, at the same share of their 300 billion tokens. The peak here "
            + "comes early, about when token frequencies are learnt; it is no late saturation.";
    return new Figure(
        "figure-anisotropy-training",
        "Mean cosine of the head's inputs, through training",
        caption,
        new Chart(
            Axis.log10("training step"), Axis.linear("mean cosine").between(-0.05, 1.05), series));
  }

  private static Figure overLayers(EvidenceIndex evidence, Map<String, List<Run>> arms) {
    var series = new ArrayList<Series>();
    arms.forEach((arm, runs) -> {
      var points = new ArrayList<>(evidence.curve(runs, LAYERS));
      evidence
          .last(runs, ANISOTROPY)
          .ifPresent(p -> points.add(new Point(points.size(), p.y(), p.low(), p.high())));
      series.add(Series.line(words(arm), series.size(), points));
    });
    String caption =
        "Mean cosine at the end of training, in the residual stream from the "
            + "embedding, 0, to the last block, and one further after the final norm, which "
            + "is what the head sees. The embedding is above 0 because contexts share "
            + "tokens. Two blocks say nothing about the middle layers of deep models.";
    return new Figure(
        "figure-anisotropy-layers",
        "Mean cosine of hidden states, by layer",
        caption,
        new Chart(
            Axis.linear("blocks passed; one further: after the final norm"),
            Axis.linear("mean cosine at the end"),
            series));
  }

  /** Step 0 has no place on a logarithmic axis. */
  private static List<Point> trained(List<Point> overSteps) {
    return overSteps.stream().filter(p -> p.x() > 0).toList();
  }

  /** D of an arm such as {@code d16}. */
  static double width(String arm) {
    return NumberInName.after("d", arm, "an arm of B3 or B4 in runs.arrow");
  }

  /** As in {@code D = 16}. */
  static String words(String arm) {
    return "D = " + arm.substring(1);
  }
}
