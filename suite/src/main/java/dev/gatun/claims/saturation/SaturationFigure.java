package dev.gatun.claims.saturation;

import dev.gatun.claims.saturation.ScalingLaw.LossPoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Figure 1 of arXiv 2404.07647: training losses of small Pythia models and the scaling law of the
 * larger ones.
 *
 * @param law printed in the text
 * @param finalLosses by model, at the last step drawn
 * @param bestLosses by model, where its loss is least; the models that the paper calls saturated
 * @param curves by model, every 5,000 steps
 */
record SaturationFigure(
    ScalingLaw law,
    Map<String, LossPoint> finalLosses,
    Map<String, LossPoint> bestLosses,
    Map<String, List<LossPoint>> curves) {
  /** How exactly a loss could be read off the figure, in nats. */
  static final double READING_ERROR = 0.005;

  private static final String FACTS = "/dev/gatun/results/facts/2404.07647-figures.json";
  private static final long TOKENS_PER_STEP = 2_097_152;
  private static final long FINAL_STEP = 140_000;
  private static final long CURVE_STEPS = 5_000;

  /** The published numbers that ship with Gatun. */
  static SaturationFigure published() {
    try (InputStream json = SaturationFigure.class.getResourceAsStream(FACTS)) {
      if (json == null) {
        throw new IllegalStateException("this build lacks " + FACTS + ": build it again");
      }
      return of(JsonMapper.shared().readTree(json));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + FACTS, e);
    }
  }

  /** The models that the paper calls saturated, where their losses are least. */
  List<LossPoint> saturatedBest() {
    return List.copyOf(bestLosses.values());
  }

  /** The same models at the last step drawn. */
  List<LossPoint> saturatedFinal() {
    return bestLosses.keySet().stream().map(finalLosses::get).toList();
  }

  private static SaturationFigure of(JsonNode figures) {
    JsonNode figure = figures.path("fig1b");
    JsonNode law = figure.path("power_law");
    Map<String, LossPoint> finals = new LinkedHashMap<>();
    figure
        .path("final(step140k)")
        .properties()
        .forEach(entry ->
            finals.put(
                entry.getKey(), point(entry.getKey(), FINAL_STEP, number(entry.getValue()))));
    Map<String, LossPoint> best = new LinkedHashMap<>();
    figure
        .path("best")
        .properties()
        .forEach(entry -> {
          JsonNode lossAndStep = entry.getValue();
          long step = (long) number(lossAndStep.path(1));
          best.put(entry.getKey(), point(entry.getKey(), step, number(lossAndStep.path(0))));
        });
    return new SaturationFigure(
        new ScalingLaw(
            number(law.path("A")),
            number(law.path("alpha")),
            number(law.path("B")),
            number(law.path("beta")),
            number(law.path("E"))),
        finals,
        best,
        curves(figures.path("fig1a_loss_every_5k_steps")));
  }

  private static Map<String, List<LossPoint>> curves(JsonNode node) {
    Map<String, List<LossPoint>> curves = new LinkedHashMap<>();
    node.properties()
        .forEach(entry -> {
          List<LossPoint> points = new ArrayList<>();
          for (JsonNode loss : entry.getValue()) {
            long step = CURVE_STEPS * (points.size() + 1);
            points.add(point(entry.getKey(), step, number(loss)));
          }
          curves.put(entry.getKey(), List.copyOf(points));
        });
    return curves;
  }

  private static LossPoint point(String model, long step, double loss) {
    return new LossPoint(model, parameters(model), step, (double) step * TOKENS_PER_STEP, loss);
  }

  /** Nominal size from a name such as {@code 410M}. */
  private static double parameters(String model) {
    return 1e6 * Double.parseDouble(model.substring(0, model.length() - 1));
  }

  private static double number(JsonNode node) {
    if (!node.isNumber()) {
      throw new IllegalStateException(FACTS + " lacks a number where one is needed");
    }
    return node.asDouble();
  }
}
