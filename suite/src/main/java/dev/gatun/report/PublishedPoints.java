package dev.gatun.report;

import dev.gatun.facts.GradientPaper;
import dev.gatun.facts.LossPoint;
import dev.gatun.facts.PublishedModel;
import dev.gatun.facts.RankControls;
import dev.gatun.facts.SaturationPaper;
import dev.gatun.facts.SaturationPaper.HeadError;
import dev.gatun.facts.SaturationPaper.SingularEntropy;
import dev.gatun.facts.SaturationPaper.TrainedHead;
import dev.gatun.facts.ScalingLaw;
import dev.gatun.io.NearestName;
import dev.gatun.report.chart.Point;
import dev.gatun.results.Grade;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Published numbers as the points that figures draw beside their own. */
record PublishedPoints(GradientPaper gradient, SaturationPaper saturation, RankControls controls) {
  private static final Map<String, List<Point>> BY_NAME = shipped().byName();

  /**
   * The points that {@code results/figures.toml} calls by a name.
   *
   * @throws IllegalArgumentException naming the nearest name there is
   */
  static List<Point> of(String name) {
    List<Point> points = BY_NAME.get(name);
    if (points == null) {
      throw new IllegalArgumentException(
          "there are no published points %s; the nearest is %s"
              .formatted(name, NearestName.of(name, BY_NAME.keySet())));
    }
    return points;
  }

  private Map<String, List<Point>> byName() {
    var points = new LinkedHashMap<String, List<Point>>();
    points.put("backward_rank", rankLosses("backward"));
    points.put("forward_rank", rankLosses("forward"));
    points.put("without_orthogonal_part", lossesWithoutOrthogonalPart());
    anisotropies(PublishedModel::width)
        .forEach((family, of) -> points.put("anisotropy_by_width." + family, of));
    lossPenalties().forEach((model, of) -> points.put("rank_penalty." + model, of));
    accuracyPenalties().forEach((model, of) -> points.put("rank_accuracy." + model, of));
    learningRates().forEach((model, of) -> points.put("rank_rate." + model, of));
    points.put("rank_penalty_over_w_error", lossGaps());
    points.put("next_token_w_error.llama", nextTokenErrors("Llama-2"));
    points.put("next_token_w_error.pythia", nextTokenErrors("Pythia"));
    return points;
  }

  /** The numbers that ship with Gatun. */
  static PublishedPoints shipped() {
    return new PublishedPoints(
        GradientPaper.shipped(), SaturationPaper.shipped(), RankControls.shipped());
  }

  Grade destroyedNormGrade() {
    return Grade.valueOf(gradient.grade().toUpperCase(Locale.ROOT));
  }

  /** The destroyed share of the gradient's norm over D/V. */
  List<Point> destroyedNorms() {
    return gradient.destroyedNorms().stream()
        .map(p -> Point.of(p.widthOverVocabulary(), p.destroyedNorm()))
        .toList();
  }

  ScalingLaw scalingLaw() {
    return saturation.scalingLaw();
  }

  /** Losses over training, by model. */
  Map<PublishedModel, List<LossPoint>> lossCurves() {
    return saturation.lossCurves().stream()
        .map(saturation::point)
        .collect(Collectors.groupingBy(LossPoint::model, LinkedHashMap::new, Collectors.toList()));
  }

  /** The mean cosine of the last layer, by family. */
  Map<String, List<Point>> anisotropies(ToDoubleFunction<PublishedModel> x) {
    return grouped(
        saturation.lastLayerAnisotropies(),
        a -> a.model().family(),
        a -> {
          double middle = (a.low() + a.high()) / 2;
          return new Point(x.applyAsDouble(a.model()), middle, a.low(), a.high());
        });
  }

  /** The shares of training after which the mean cosine of Pythia models first passes 0.5. */
  List<Double> beyondHalf() {
    return saturation.firstAnisotropiesAboveHalf().stream()
        .map(first -> shareOfTraining(first.step()))
        .toList();
  }

  /** The least and the last singular entropy over ln D, by the share of training. */
  Map<PublishedModel, List<Point>> entropiesOverTraining() {
    Map<PublishedModel, List<Point>> points = new LinkedHashMap<>();
    for (SingularEntropy e : saturation.singularEntropies()) {
      double most = Math.log(e.model().width());
      points.put(
          e.model(),
          List.of(
              entropy(shareOfTraining(e.leastStep()), e.least() / most),
              entropy(1, e.last() / most)));
    }
    return points;
  }

  /** The step after which the mean cosine of a model first passes 0.5. */
  Map<PublishedModel, List<Point>> stepsBeyondHalf() {
    Map<PublishedModel, List<Point>> points = new LinkedHashMap<>();
    saturation
        .firstAnisotropiesAboveHalf()
        .forEach(first -> points.put(first.model(), List.of(Point.of(first.step(), 0.5))));
    return points;
  }

  /** The least and the last singular entropy of a model, in nats, by its step. */
  Map<PublishedModel, List<Point>> entropiesOverSteps() {
    Map<PublishedModel, List<Point>> points = new LinkedHashMap<>();
    long end = saturation.pythiaTraining().steps();
    saturation
        .singularEntropies()
        .forEach(e ->
            points.put(
                e.model(), List.of(entropy(e.leastStep(), e.least()), entropy(end, e.last()))));
    return points;
  }

  private Point entropy(double x, double y) {
    double error = saturation.readingErrors().entropyShare();
    return new Point(x, y, y * (1 - error), y * (1 + error));
  }

  private double shareOfTraining(long step) {
    return step / (double) saturation.pythiaTraining().steps();
  }

  /** The singular entropy at the end of training over the number of parameters. */
  List<Point> lastEntropies() {
    return saturation.singularEntropies().stream()
        .map(e -> Point.of(e.model().parameters(), e.last()))
        .toList();
  }

  /** The loss of trained heads over their rank, by model. */
  Map<String, List<Point>> lossesOfRanks() {
    return grouped(
        saturation.trainedHeads(), h -> h.model().name(), h -> Point.of(h.rank(), h.loss()));
  }

  /** The loss over that of the full rank, in nats, over the rank's share of the width. */
  Map<String, List<Point>> lossPenalties() {
    return overShares(head -> head.loss() - fullRank(head.model()).loss());
  }

  /** The accuracy less that of the full rank, as a share, over the rank's share of the width. */
  Map<String, List<Point>> accuracyPenalties() {
    return overShares(
        head -> 0.01 * (head.accuracyPercent() - fullRank(head.model()).accuracyPercent()));
  }

  /** The learning rate chosen over the rank's share of the width. */
  Map<String, List<Point>> learningRates() {
    return overShares(TrainedHead::learningRate);
  }

  private Map<String, List<Point>> overShares(ToDoubleFunction<TrainedHead> y) {
    return grouped(
        saturation.trainedHeads(),
        h -> h.model().name(),
        h -> Point.of(h.rank() / (double) h.model().width(), y.applyAsDouble(h)));
  }

  private TrainedHead fullRank(PublishedModel model) {
    return trainedHead(model, model.width());
  }

  private TrainedHead trainedHead(PublishedModel model, int rank) {
    return saturation.trainedHeads().stream()
        .filter(head -> head.model().equals(model) && head.rank() == rank)
        .findFirst()
        .orElseThrow();
  }

  /** The W-error of Pythia-1b's own head over the rank. */
  List<Point> headErrors() {
    return saturation.headErrors().stream().map(e -> Point.of(e.rank(), e.wError())).toList();
  }

  /** The loss over that of the full rank over the W-error of Pythia-1b's own head. */
  List<Point> lossGaps() {
    return saturation.headErrors().reversed().stream().map(this::lossGap).toList();
  }

  private Point lossGap(HeadError error) {
    double loss = trainedHead(error.model(), error.rank()).loss();
    return Point.of(error.wError(), loss - fullRank(error.model()).loss());
  }

  /** The W-error of the 5-gram matrices of three corpora over d/V. */
  List<Point> nextTokenErrors(String tokenizer) {
    return saturation.nextTokenErrors().stream()
        .filter(e -> e.tokenizer().equals(tokenizer))
        .map(e -> Point.of(e.dimension() / (double) e.vocabulary(), e.wError()))
        .sorted(Comparator.comparingDouble(Point::x))
        .toList();
  }

  /**
   * The loss over the exact model's, over the rank's share of the width.
   *
   * @param pass {@code backward} or {@code forward}
   */
  List<Point> rankLosses(String pass) {
    return controls.rankLossOverExact().stream()
        .filter(loss -> loss.pass().equals(pass))
        .map(l -> new Point(l.rank() / (double) l.width(), l.loss(), l.low(), l.high()))
        .toList();
  }

  /** The loss over the exact model's of models without the orthogonal part, over the width. */
  List<Point> lossesWithoutOrthogonalPart() {
    return controls.withoutOrthogonalPartLossOverExact().stream()
        .map(loss -> Point.of(loss.width(), loss.loss()))
        .toList();
  }

  private static <T> Map<String, List<Point>> grouped(
      List<T> values, Function<T, String> name, Function<T, Point> point) {
    return values.stream()
        .collect(
            Collectors.groupingBy(
                name, LinkedHashMap::new, Collectors.mapping(point, Collectors.toList())));
  }
}
