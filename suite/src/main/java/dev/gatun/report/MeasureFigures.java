package dev.gatun.report;

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
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/** Stored checkpoints beside each other and, where there are such, beside the paper's points. */
final class MeasureFigures {
  /** Every figure's models in other colours and shapes; more than these are told in the table. */
  private static final int MOST = 12;

  /** Claims whose figures show all models. */
  private static final List<String> CLAIMS =
      List.of("A1", "A2", "A9", "B3", "B4", "B5", "B8", "G3");

  private static final String READ_OFF =
      " The paper's points are read off its figures (arXiv 2404.07647).";

  private final MeasuredModels models;
  private final PublishedPoints paper;
  private final List<String> arms;

  MeasureFigures(MeasuredModels models, PublishedPoints paper) {
    this.models = models;
    this.paper = paper;
    this.arms = models.arms().stream().limit(MOST).toList();
  }

  List<Figure> all() {
    return CLAIMS.stream().flatMap(claim -> of(claim).stream()).toList();
  }

  /** Those of a claim, of all models; none where nothing was measured for them. */
  List<Figure> of(String claim) {
    List<Figure> figures =
        switch (claim) {
          case "A1" -> List.of(destroyedNorm());
          case "A2" -> List.of(spectra());
          case "A9" -> List.of(destroyedNormOverSteps());
          case "B3" -> List.of(anisotropyOfLayers(), anisotropyOfSizes(), anisotropyOverSteps());
          case "B4" -> List.of(singularEntropy(), entropyOverSteps());
          case "B5" -> List.of(ranks());
          case "B8" -> List.of(headError(), lossOverHeadError());
          case "G3" -> List.of(closedForm());
          default -> List.of();
        };
    return figures.stream()
        .filter(figure -> figure.chart().series().stream().anyMatch(s -> !s.points().isEmpty()))
        .toList();
  }

  /** What a claim's own figures show of one model. */
  List<Figure> ofModel(String arm, String claim, FigureBook book) {
    List<Figure> figures = new ArrayList<>();
    for (FigureRecipe recipe : book.of(claim)) {
      for (Figure f : recipe.figures(models.asClaim(arm, claim))) {
        figures.add(
            new Figure(
                f.id() + "-" + Html.id(arm),
                f.title() + " (" + claim + "), " + arm,
                f.caption(),
                f.chart()));
      }
    }
    return figures;
  }

  private Figure destroyedNorm() {
    List<Series> series = new ArrayList<>();
    double end = 0;
    for (int i = 0; i < arms.size(); i++) {
      var run = models.last(arms.get(i));
      Optional<Point> unrelated = models.value(run, "destroyed_norm_unrelated");
      Optional<Point> measured = models.value(run, "destroyed_norm");
      Optional<Point> random = models.value(run, "destroyed_norm_random_head");
      if (unrelated.isPresent() && measured.isPresent() && random.isPresent()) {
        double x = 1 - unrelated.get().y() * unrelated.get().y();
        end = Math.max(end, x);
        series.add(points(arms.get(i), i, List.of(Point.of(x, measured.get().y()))));
        series.add(
            new Series(
                "random head",
                Ink.ofSeries(i),
                Marker.RING,
                LineStyle.NONE,
                List.of(Point.of(x, random.get().y()))));
      }
    }
    double last =
        1.15 * Math.max(end, paper.destroyedNorms().stream().mapToDouble(Point::x).max().orElse(0));
    series.addFirst(
        new Series(
            "paper (" + Grades.word(paper.destroyedNormGrade()) + ")",
            Ink.REFERENCE,
            Marker.OPEN_DIAMOND,
            LineStyle.NONE,
            paper.destroyedNorms()));
    series.addFirst(
        new Series(
            "√(1 − D/V)",
            Ink.REFERENCE,
            Marker.NONE,
            LineStyle.SOLID,
            IntStream.rangeClosed(0, 100)
                .mapToObj(i -> Point.of(last * i / 100, Math.sqrt(1 - last * i / 100)))
                .toList()));
    return figure(
        "destroyed-norm",
        "What the head destroys, by relative width (A1)",
        "Share of the logit gradient's norm outside the head's column space. Rings: a random head"
            + " of the same shape. The curve is what a head unrelated to the gradient destroys.",
        Axis.linear("head width over vocabulary, D/V").between(0, last),
        Axis.linear("destroyed share of the gradient norm"),
        end > 0 ? series : List.of());
  }

  private Figure spectra() {
    return figure(
        "spectra",
        "Spectra of the logit gradient (A2)",
        "Singular values of G = (P − Y)/N relative to the largest, over their index.",
        Axis.log10("index of the singular value"),
        Axis.log10("singular value / largest"),
        lines(arms, models::spectrum, "logit_gradient"));
  }

  private Figure anisotropyOfLayers() {
    List<Series> series = lines(arms, models::curve, "anisotropy_of_layer");
    return figure(
        "anisotropy-layers",
        "Anisotropy by layer (B3)",
        "Mean cosine between the hidden states of different contexts after each block; 0 are the"
            + " embeddings. Isotropic states have 0.",
        Axis.linear("blocks passed"),
        Axis.linear("mean cosine"),
        series);
  }

  private Figure anisotropyOfSizes() {
    List<Series> series = new ArrayList<>();
    int i = 0;
    for (var family : paper.anisotropies(PublishedModel::parameters).entrySet()) {
      series.add(published(family.getKey() + " (paper, read off)", i++, family.getValue()));
    }
    series.addAll(bySize("anisotropy"));
    return figure(
        "anisotropy-sizes",
        "Anisotropy of the head's inputs, by size (B3)",
        "Filled: measured here, of hidden states after the final norm." + READ_OFF,
        Axis.log10("parameters"),
        Axis.linear("mean cosine"),
        series);
  }

  private Figure singularEntropy() {
    List<Series> series = new ArrayList<>();
    series.add(published("Pythia, end of training (paper, read off)", 0, paper.lastEntropies()));
    series.addAll(bySize("singular_entropy"));
    List<Point> random = new ArrayList<>();
    arms.forEach(arm ->
        models.over(arm, "parameters", "singular_entropy_random_head").ifPresent(random::add));
    series.add(new Series("random head", Ink.REFERENCE, Marker.RING, LineStyle.NONE, random));
    return figure(
        "singular-entropy",
        "Singular entropy of the head, by size (B4)",
        "KL(p ‖ uniform) of p = σ²/Σσ² of the head's singular values, in nats. Rings: a Gaussian"
            + " head of the same shape."
            + READ_OFF,
        Axis.log10("parameters"),
        Axis.log10("KL from uniform, nats"),
        series);
  }

  private Figure ranks() {
    List<Series> series = new ArrayList<>();
    int i = 0;
    for (var model : paper.lossesOfRanks().entrySet()) {
      series.add(published(model.getKey() + ", trained (paper, read off)", i++, model.getValue()));
    }
    series.addAll(lines(arms, models::curve, "truncated_loss_of_rank"));
    for (String arm : arms) {
      List<Point> fitted = models.curve(arm, "fitted_loss_of_rank");
      if (!fitted.isEmpty()) {
        series.add(Series.line(arm + ", fitted", series.size(), fitted));
      }
    }
    return figure(
        "ranks",
        "Loss of a head of lower rank (B5)",
        "Lines: the head's best approximation of that rank, nothing trained; and, where heads were"
            + " fitted from there on, these on the half of the text that they did not see. The"
            + " paper trains a head of that rank on a frozen backbone, on another text: shapes"
            + " compare, heights do not."
            + READ_OFF,
        Axis.log2("rank of the head"),
        Axis.linear("loss, nats per token"),
        series);
  }

  private Figure headError() {
    List<Series> series = new ArrayList<>();
    series.add(published("Pythia-1B (paper, read off)", 0, paper.headErrors()));
    series.addAll(lines(arms, models::curve, "head_error_of_rank"));
    return figure(
        "head-error",
        "W-error of the head (B8)",
        "Norm of what a head of lower rank leaves out, √Σσ² beyond the rank over √Σσ²." + READ_OFF,
        Axis.log2("rank"),
        Axis.linear("share of the norm left out"),
        series);
  }

  private Figure lossOverHeadError() {
    List<Series> series = new ArrayList<>();
    series.add(published("Pythia-1B, trained (paper, read off)", 0, paper.lossGaps()));
    for (int i = 0; i < arms.size(); i++) {
      List<Point> lost = models.curve(arms.get(i), "truncated_penalty_of_rank");
      List<Point> points = new ArrayList<>();
      for (Point error : models.curve(arms.get(i), "head_error_of_rank")) {
        lost.stream()
            .filter(at -> at.x() == error.x())
            .map(at -> new Point(error.y(), at.y(), at.low(), at.high()))
            .forEach(points::add);
      }
      series.add(Series.line(arms.get(i), i, points));
    }
    return figure(
        "loss-over-head-error",
        "What is lost at a rank, over the W-error of the head there (B8)",
        "Lines: the head's best approximation of each rank, nothing trained, over the head itself;"
            + " bars are 95 % intervals over contexts. A head that is trained at the rank loses"
            + " less."
            + READ_OFF,
        Axis.linear("W-error of the model's own head at the rank").between(0, 1),
        Axis.linear("loss over the full head's, in nats"),
        series);
  }

  private Figure closedForm() {
    List<Series> series = new ArrayList<>();
    double end = 1;
    for (int i = 0; i < arms.size(); i++) {
      var run = models.last(arms.get(i));
      Optional<Point> expected = models.value(run, "calibrated_kept_over_chance");
      Optional<Point> kept = models.value(run, "kept_over_chance");
      if (expected.isPresent() && kept.isPresent()) {
        end = Math.max(end, Math.max(expected.get().y(), kept.get().y()));
        series.add(points(arms.get(i), i, List.of(Point.of(expected.get().y(), kept.get().y()))));
      }
    }
    if (!series.isEmpty()) {
      series.addFirst(
          new Series(
              "equal",
              Ink.REFERENCE,
              Marker.NONE,
              LineStyle.SOLID,
              List.of(Point.of(0, 0), Point.of(end, end))));
    }
    return figure(
        "closed-form",
        "What the head keeps, predicted and measured (G3)",
        "Energy that the head keeps of the gradient over D/V, κ: across, what the closed form says"
            + " from the probabilities and the head alone; upwards, what was measured. A head that"
            + " is unrelated to the gradient lies at 1.",
        Axis.linear("κ of the closed form"),
        Axis.linear("κ measured"),
        series);
  }

  private Figure destroyedNormOverSteps() {
    return figure(
        "destroyed-norm-steps",
        "What the head destroys, over training (A9)",
        "As above; the model's steps are those that the folders' names state.",
        Axis.linear("training step"),
        Axis.linear("destroyed share of the gradient norm"),
        lines(trained(), models::overSteps, "destroyed_norm"));
  }

  private Figure anisotropyOverSteps() {
    return figure(
        "anisotropy-steps",
        "Anisotropy of the head's inputs, over training (B3)",
        "Mean cosine of the hidden states after the final norm. Diamonds: where the paper's figure"
            + " 3 has that model first pass 0.5."
            + READ_OFF,
        Axis.linear("training step"),
        Axis.linear("mean cosine"),
        withPublished("anisotropy", paper.stepsBeyondHalf()));
  }

  private Figure entropyOverSteps() {
    return figure(
        "entropy-steps",
        "Singular entropy of the head, over training (B4)",
        "KL(p ‖ uniform) of p = σ²/Σσ², in nats. Diamonds: its least and its last value in the"
            + " paper's figure 5."
            + READ_OFF,
        Axis.linear("training step"),
        Axis.log10("KL from uniform, nats"),
        withPublished("singular_entropy", paper.entropiesOverSteps()));
  }

  /** Models with several steps. */
  private List<String> trained() {
    return arms.stream().filter(arm -> models.overSteps(arm, "loss").size() > 1).toList();
  }

  /** Models over their steps, and in the same colour the paper's points of each. */
  private List<Series> withPublished(String metric, Map<PublishedModel, List<Point>> points) {
    List<Series> series = new ArrayList<>(lines(trained(), models::overSteps, metric));
    for (String arm : trained()) {
      PublishedModel.of(arm)
          .filter(points::containsKey)
          .ifPresent(model ->
              series.add(
                  published(
                      model.name() + " (paper, read off)", arms.indexOf(arm), points.get(model))));
    }
    return series;
  }

  private List<Series> bySize(String metric) {
    List<Series> series = new ArrayList<>();
    for (int i = 0; i < arms.size(); i++) {
      String arm = arms.get(i);
      series.add(points(arm, i, models.over(arm, "parameters", metric).stream().toList()));
    }
    return series;
  }

  private List<Series> lines(
      List<String> of, BiFunction<String, String, List<Point>> source, String name) {
    return of.stream()
        .map(arm -> Series.line(arm, arms.indexOf(arm), source.apply(arm, name)))
        .toList();
  }

  private static Series points(String name, int i, List<Point> points) {
    return new Series(name, Ink.ofSeries(i), Marker.ofSeries(i), LineStyle.NONE, points);
  }

  private static Series published(String name, int i, List<Point> points) {
    return new Series(name, Ink.ofSeries(i), Marker.OPEN_DIAMOND, LineStyle.DOTTED, points);
  }

  private static Figure figure(
      String id, String title, String caption, Axis x, Axis y, List<Series> series) {
    return new Figure("figure-measure-" + id, title, caption, new Chart(x, y, series));
  }
}
