package dev.gatun.claims.saturation;

import dev.gatun.facts.LossPoint;
import dev.gatun.facts.SaturationPaper;
import dev.gatun.facts.ScalingLaw;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Figure 1 of arXiv 2404.07647: training losses of small Pythia models and the scaling law of the
 * larger ones.
 *
 * @param law printed in the text
 * @param readingError how exactly a loss could be read off the figure, in nats
 * @param finalLosses by model size, at the last step drawn
 * @param bestLosses by model size, where the loss is least; the models that the paper calls
 *     saturated
 * @param curves by model size, every 5,000 steps
 */
record SaturationFigure(
    ScalingLaw law,
    double readingError,
    Map<String, LossPoint> finalLosses,
    Map<String, LossPoint> bestLosses,
    Map<String, List<LossPoint>> curves) {

  /** The published numbers that ship with Gatun. */
  static SaturationFigure published() {
    SaturationPaper paper = SaturationPaper.shipped();
    return new SaturationFigure(
        paper.scalingLaw(),
        paper.readingErrors().lossNats(),
        bySize(paper, paper.finalLosses()),
        bySize(paper, paper.leastLosses()),
        paper.lossCurves().stream()
            .map(paper::point)
            .collect(
                Collectors.groupingBy(
                    point -> point.model().size(), LinkedHashMap::new, Collectors.toList())));
  }

  private static Map<String, LossPoint> bySize(
      SaturationPaper paper, List<SaturationPaper.Loss> losses) {
    Map<String, LossPoint> points = new LinkedHashMap<>();
    losses.forEach(loss -> points.put(loss.model().size(), paper.point(loss)));
    return points;
  }

  /** The models that the paper calls saturated, where their losses are least. */
  List<LossPoint> saturatedBest() {
    return List.copyOf(bestLosses.values());
  }

  /** The same models at the last step drawn. */
  List<LossPoint> saturatedFinal() {
    return bestLosses.keySet().stream().map(finalLosses::get).toList();
  }

  /** The curves of all models, those of saturated ones until their losses are least. */
  List<List<LossPoint>> unsaturated() {
    return curves.entrySet().stream()
        .map(curve -> {
          LossPoint best = bestLosses.get(curve.getKey());
          return curve.getValue().stream()
              .filter(point -> best == null || point.step() <= best.step())
              .toList();
        })
        .toList();
  }
}
