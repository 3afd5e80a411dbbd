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
import java.util.List;
import java.util.Map;

/** B4: singular entropy of the head through training, and its singular values at checkpoints. */
final class SingularEntropyFigures implements FigureSource {
  private static final String ENTROPY = "singular_entropy";
  private static final String COMMON = "singular_entropy_common_tokens";
  private static final String NULL = "singular_entropy_random_head";

  /** Pythia models up to 160M collapse in the paper, those from 410M do not. */
  private static final List<String> COLLAPSED = List.of("14M", "31M", "70M", "160M");

  private final PublishedPoints published;

  SingularEntropyFigures(PublishedPoints published) {
    this.published = published;
  }

  @Override
  public String claim() {
    return "B4";
  }

  @Override
  public String subject() {
    return "singular entropy of the head (metric singular_entropy, spectrum head)";
  }

  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    Map<String, List<Run>> arms = evidence.armsButControlsWith(claim(), ENTROPY);
    if (arms.isEmpty()) {
      return List.of();
    }
    var figures = new ArrayList<Figure>();
    figures.add(wholeHead(evidence, arms));
    figures.add(commonTokens(evidence, arms));
    arms.forEach((arm, runs) -> {
      List<SpectrumRecord> spectra =
          evidence.spectraOf(runs.getFirst()).stream()
              .filter(s -> s.name().equals("head"))
              .toList();
      if (!spectra.isEmpty()) {
        figures.add(singularValues(arm, runs.getFirst(), spectra));
      }
    });
    return figures;
  }

  private Figure wholeHead(EvidenceIndex evidence, Map<String, List<Run>> arms) {
    List<Series> series = overTraining(evidence, arms, ENTROPY);
    List<Run> widest = arms.values().stream().toList().getLast();
    String widestArm = arms.keySet().stream().toList().getLast();
    series.add(
        new Series(
            "null: random head",
            Ink.REFERENCE,
            Marker.NONE,
            LineStyle.DASHED,
            shares(evidence.overSteps(widest, NULL), widestArm)));
    series.add(published(true));
    series.add(published(false));
    String caption =
        "KL(p ‖ uniform) of the head's singular values over its greatest value, ln D, "
            + "over training: means over the seeds, whiskers their range. Dashed: a random "
            + "head of the widest arm's size. The paper's points are the least and the last "
            + "entropy of each model, read off figure 5 of arXiv 2404.07647. The spike is "
            + "here as soon as token frequencies are learnt; the collapse of the claim "
            + "follows a minimum.";
    return new Figure(
        "figure-singular-entropy",
        "Singular entropy of the head, through training",
        caption,
        chart(series));
  }

  private static Figure commonTokens(EvidenceIndex evidence, Map<String, List<Run>> arms) {
    String caption =
        "The same of the rows of common tokens alone, those that are one in 20,000 of "
            + "the text or more: after the peak the entropy falls at every width, which is "
            + "the flattening of the claim. The rest of the whole head's spike is in rows of "
            + "tokens that hardly occur.";
    return new Figure(
        "figure-singular-entropy-common",
        "Singular entropy of the rows of common tokens",
        caption,
        chart(overTraining(evidence, arms, COMMON)));
  }

  private static Chart chart(List<Series> series) {
    return new Chart(
        Axis.linear("share of training"),
        Axis.linear("singular entropy / ln D").between(0, 1),
        series);
  }

  private static List<Series> overTraining(
      EvidenceIndex evidence, Map<String, List<Run>> arms, String metric) {
    var series = new ArrayList<Series>();
    arms.forEach((arm, runs) ->
        series.add(
            Series.line(
                AnisotropyFigures.words(arm),
                series.size(),
                shares(evidence.overSteps(runs, metric), arm))));
    return series;
  }

  /** Over the share of training and the greatest entropy. */
  private static List<Point> shares(List<Point> overSteps, String arm) {
    double last = overSteps.isEmpty() ? 1 : Math.max(1, overSteps.getLast().x());
    double most = Math.log(AnisotropyFigures.width(arm));
    return overSteps.stream()
        .map(p -> new Point(p.x() / last, p.y() / most, p.low() / most, p.high() / most))
        .toList();
  }

  private Series published(boolean collapsed) {
    List<Point> points =
        published.entropiesOverTraining().entrySet().stream()
            .filter(model -> COLLAPSED.contains(model.getKey().size()) == collapsed)
            .flatMap(model -> model.getValue().stream())
            .toList();
    return new Series(
        (collapsed ? "Pythia to 160M" : "Pythia from 410M") + ", read off figure 5",
        collapsed ? Ink.FIFTH : Ink.SIXTH,
        collapsed ? Marker.OPEN_DIAMOND : Marker.RING,
        LineStyle.NONE,
        points);
  }

  private static Figure singularValues(String arm, Run run, List<SpectrumRecord> spectra) {
    var series = new ArrayList<Series>();
    for (SpectrumRecord spectrum : selected(spectra)) {
      double[] values = spectrum.singularValues();
      double energy = 0;
      for (double value : values) {
        energy += value * value;
      }
      var points = new ArrayList<Point>();
      for (int i = 0; i < values.length; i++) {
        points.add(Point.of(i + 1.0, values[i] * values[i] / energy * values.length));
      }
      String name = spectrum.step() == 0 ? "untrained" : "step " + spectrum.step();
      series.add(Series.line(name, series.size(), points));
    }
    String caption =
        "p = σ²/Σσ² over its mean, 1/D, of every singular value of the head of run "
            + run.id()
            + ", at some of its checkpoints. All would be 1 in a flat head, which the untrained one"
            + " nearly is. Errors are far below the marks.";
    return new Figure(
        "figure-singular-values-" + Html.id(arm),
        "Singular values of the head, " + AnisotropyFigures.words(arm),
        caption,
        new Chart(Axis.log2("index of the singular value"), Axis.log10("p · D"), series));
  }

  /** The untrained head, the last one, and three evenly spaced between them. */
  private static List<SpectrumRecord> selected(List<SpectrumRecord> spectra) {
    int last = spectra.size() - 1;
    int most = Math.min(last, 4);
    var chosen = new ArrayList<SpectrumRecord>();
    for (int i = 0; i <= most; i++) {
      chosen.add(spectra.get(most == 0 ? 0 : Math.round((float) i * last / most)));
    }
    return chosen;
  }
}
