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
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;

/** C1, C2 and C3: what each arm loses over the exact model, beside the published numbers. */
final class LossDifferenceFigure implements FigureSource {
  private static final String Y = "loss over the exact model's, in nats";
  private static final String MEASURED =
      " Points are means over paired seeds, whiskers Student's 95 % intervals.";

  private final String claim;
  private final Function<PairedLosses, Optional<Figure>> drawing;

  private LossDifferenceFigure(String claim, Function<PairedLosses, Optional<Figure>> drawing) {
    this.claim = claim;
    this.drawing = drawing;
  }

  /** C1, over the rank. */
  static LossDifferenceFigure ofRanks(PublishedPoints published) {
    return new LossDifferenceFigure("C1", losses -> ranks(losses, published));
  }

  /** C2, over the width. */
  static LossDifferenceFigure ofOrthogonalPart(PublishedPoints published) {
    return new LossDifferenceFigure("C2", losses -> orthogonalPart(losses, published));
  }

  /** C3, over the number of classes. */
  static LossDifferenceFigure ofNeverTargets() {
    return new LossDifferenceFigure("C3", LossDifferenceFigure::neverTargets);
  }

  @Override
  public String claim() {
    return claim;
  }

  @Override
  public String subject() {
    return "losses of the exact model and of others of equal seed (metric validation_loss)";
  }

  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    return drawing.apply(PairedLosses.of(evidence, claim)).stream().toList();
  }

  private static Optional<Figure> ranks(PairedLosses losses, PublishedPoints published) {
    double width = losses.setting("width");
    List<Point> backward = byNumber(losses, "backward", r -> r / width);
    List<Point> forward = byNumber(losses, "rank", r -> r / width);
    return figure(
        "figure-backward-rank",
        "What a lower rank costs, backward alone and forward",
        "Validation loss of a model whose gradient passes the head at a lower rank, its logits"
            + " being exact, and of one whose head has that rank, both over the exact model's."
            + MEASURED
            + " At r = D the backward pass takes nothing away, and what the head costs there is"
            + " the price of training a product of two matrices.",
        Axis.linear("rank over width, r/D").between(0, 1.05),
        backward,
        new Series("backward rank r", Ink.FIRST, Marker.CIRCLE, LineStyle.SOLID, backward),
        new Series("head W = A·B of rank r", Ink.SECOND, Marker.SQUARE, LineStyle.SOLID, forward),
        published("backward, published", Ink.THIRD, published.rankLosses("backward")),
        published("forward, published", Ink.FOURTH, published.rankLosses("forward")));
  }

  private static Optional<Figure> orthogonalPart(PairedLosses losses, PublishedPoints published) {
    double width = losses.setting("width");
    List<Point> without = losses.difference("no-orthogonal", width).stream().toList();
    List<Point> nothing = byNumber(losses, "backward", _ -> width);
    return figure(
        "figure-orthogonal-part",
        "What the head learns from the gradient that it destroys",
        "Validation loss of a model whose head is updated without the part of the logit gradient"
            + " that is orthogonal to its columns, over the exact model's; below it the null, a"
            + " backward pass of full rank, which takes nothing away."
            + MEASURED,
        Axis.linear("width D").between(0, 2 * width),
        without,
        new Series("without it", Ink.FIRST, Marker.CIRCLE, LineStyle.NONE, without),
        new Series("null", Ink.SECOND, Marker.RING, LineStyle.NONE, nothing),
        published("published", Ink.THIRD, published.lossesWithoutOrthogonalPart()));
  }

  private static Optional<Figure> neverTargets(PairedLosses losses) {
    List<Point> all = byNumber(losses, "never", n -> n);
    List<Point> among =
        losses.numbersAfter("never").stream()
            .flatMap(n -> losses.difference("never" + n, "loss_among_occurring", n).stream())
            .toList();
    return figure(
        "figure-never-targets",
        "What classes that never occur cost",
        "Validation loss of models with more classes, none of which ever is a target, over the"
            + " exact model's; and the same among the classes that occur, without the probability"
            + " that the others still have."
            + MEASURED
            + " The published result is no difference.",
        Axis.log2("classes added"),
        all,
        new Series("all classes", Ink.FIRST, Marker.CIRCLE, LineStyle.SOLID, all),
        new Series("those that occur", Ink.SECOND, Marker.SQUARE, LineStyle.DASHED, among));
  }

  private static List<Point> byNumber(PairedLosses losses, String word, IntToDoubleFunction x) {
    return losses.numbersAfter(word).stream()
        .flatMap(n -> losses.difference(word + n, x.applyAsDouble(n)).stream())
        .toList();
  }

  private static Series published(String name, Ink ink, List<Point> points) {
    return new Series(name, ink, Marker.OPEN_DIAMOND, LineStyle.NONE, points);
  }

  private static Optional<Figure> figure(
      String id, String title, String caption, Axis x, List<Point> needed, Series... drawn) {
    if (needed.isEmpty()) {
      return Optional.empty();
    }
    var series = new ArrayList<>(List.of(drawn));
    series.removeIf(s -> s.points().isEmpty());
    return Optional.of(new Figure(id, title, caption, new Chart(x, Axis.linear(Y), series)));
  }
}
