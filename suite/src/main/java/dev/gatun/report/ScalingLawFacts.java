package dev.gatun.report;

import dev.gatun.report.chart.Point;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Figure 1 of arXiv 2404.07647 as data: losses over training steps, and the printed law L = A/N^α +
 * B/T^β + E.
 *
 * @param tokensPerStep T of one step
 * @param losses by model name, as {@code 70M}; x is the step, y the loss in nats
 */
record ScalingLawFacts(
    double a,
    double alpha,
    double b,
    double beta,
    double irreducible,
    double tokensPerStep,
    Map<String, List<Point>> losses) {
  /** Points of the figure's first panel are this many steps apart, as its name in the data says. */
  private static final int STEPS_BETWEEN = 5000;

  private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d+)?)([mMbB])(?![a-zA-Z])");

  /** The facts that ship with Gatun. */
  static ScalingLawFacts shipped() {
    return parse(Resource.text(Resource.FACTS + "2404.07647-figures.json"));
  }

  static ScalingLawFacts parse(String json) {
    JsonNode facts = JsonMapper.shared().readTree(json);
    JsonNode law = facts.path("fig1b").path("power_law");
    var losses = new LinkedHashMap<String, List<Point>>();
    for (var model : facts.path("fig1a_loss_every_5k_steps").properties()) {
      var points = new ArrayList<Point>();
      for (JsonNode loss : model.getValue()) {
        points.add(Point.of(STEPS_BETWEEN * (points.size() + 1.0), loss.asDouble()));
      }
      losses.put(model.getKey(), List.copyOf(points));
    }
    return new ScalingLawFacts(
        law.path("A").asDouble(),
        law.path("alpha").asDouble(),
        law.path("B").asDouble(),
        law.path("beta").asDouble(),
        law.path("E").asDouble(),
        Double.parseDouble(law.path("T").asString().replaceAll("[^0-9]", "")),
        losses);
  }

  /** L(N, T) for a model by its name and the tokens it saw. */
  double loss(String model, double tokens) {
    return a / Math.pow(parameters(model), alpha) + b / Math.pow(tokens, beta) + irreducible;
  }

  /** Nominal number of parameters in a name such as {@code 70M} or {@code pythia-1.4b}. */
  static double parameters(String model) {
    var size = SIZE.matcher(model);
    if (!size.find()) {
      return Double.NaN;
    }
    double unit = size.group(2).equalsIgnoreCase("m") ? 1e6 : 1e9;
    return Double.parseDouble(size.group(1)) * unit;
  }
}
