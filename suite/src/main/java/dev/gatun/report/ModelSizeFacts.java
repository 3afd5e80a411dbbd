package dev.gatun.report;

import dev.gatun.report.chart.Point;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the figures of arXiv 2404.07647 show of heads by the size of their model, read off them.
 *
 * @param anisotropy of the last layer by family; x is the number of parameters
 * @param singularEntropy at the end of training; x is the number of parameters
 * @param lossesOfRanks of a trained head by model; x is its rank
 * @param headError of Pythia-1B; x is the rank
 */
record ModelSizeFacts(
    Map<String, List<Point>> anisotropy,
    List<Point> singularEntropy,
    Map<String, List<Point>> lossesOfRanks,
    List<Point> headError) {
  private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d+)?)([MB])");

  /** The facts that ship with Gatun. */
  static ModelSizeFacts shipped() {
    return parse(Resource.text(Resource.FACTS + "2404.07647-figures.json"));
  }

  static ModelSizeFacts parse(String json) {
    JsonNode facts = JsonMapper.shared().readTree(json);
    var anisotropy = new LinkedHashMap<String, List<Point>>();
    for (var family : facts.path("fig2_last_layer_anisotropy").properties()) {
      var points = new ArrayList<Point>();
      family.getValue().properties().forEach(e -> points.addAll(bySize(e.getKey(), e.getValue())));
      anisotropy.put(family.getKey(), List.copyOf(points));
    }
    var entropies = new ArrayList<Point>();
    facts
        .path("fig5_singular_KL")
        .properties()
        .forEach(e -> entropies.addAll(bySize(e.getKey(), e.getValue().path("final"))));
    var losses = new LinkedHashMap<String, List<Point>>();
    for (var model : facts.path("fig6_loss").properties()) {
      losses.put(model.getKey(), byRank(model.getValue()));
    }
    return new ModelSizeFacts(
        anisotropy,
        List.copyOf(entropies),
        losses,
        byRank(facts.path("fig8_pythia1b_W_error_by_rank")));
  }

  /** A value at each size that its name states, as in {@code 774M/1.5B} or {@code 1B..6.9B}. */
  private static List<Point> bySize(String name, JsonNode value) {
    String[] ends = value.asString().split("(?<=\\d)-");
    double low = Double.parseDouble(ends[0]);
    double high = Double.parseDouble(ends[ends.length - 1]);
    var points = new ArrayList<Point>();
    for (Matcher size = SIZE.matcher(name); size.find(); ) {
      double unit = size.group(2).equals("M") ? 1e6 : 1e9;
      double parameters = Double.parseDouble(size.group(1)) * unit;
      points.add(new Point(parameters, (low + high) / 2, low, high));
    }
    return points;
  }

  private static List<Point> byRank(JsonNode values) {
    var points = new ArrayList<Point>();
    values
        .properties()
        .forEach(
            e -> points.add(Point.of(Double.parseDouble(e.getKey()), e.getValue().asDouble())));
    points.sort((a, b) -> Double.compare(a.x(), b.x()));
    return List.copyOf(points);
  }
}
