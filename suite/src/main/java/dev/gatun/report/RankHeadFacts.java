package dev.gatun.report;

import dev.gatun.report.chart.Point;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Figures 6, 8 and 9 of arXiv 2404.07647 as data. Of the maps, the key is the model and x the rank
 * over the greatest one drawn, which is the width.
 *
 * @param penalties y is the loss over that of the greatest rank, in nats
 * @param accuracies y is the accuracy less that of the greatest rank, as a share
 * @param rates y is the learning rate chosen
 * @param gaps of Pythia-1b: x is the W-error of its own head, y the loss over that of rank 2,048
 */
record RankHeadFacts(
    Map<String, List<Point>> penalties,
    Map<String, List<Point>> accuracies,
    Map<String, List<Point>> rates,
    List<Point> gaps) {
  private static final String MODEL_OF_GAPS = "Pythia-1b";

  /** The facts that ship with Gatun. */
  static RankHeadFacts shipped() {
    return parse(Resource.text(Resource.FACTS + "2404.07647-figures.json"));
  }

  static RankHeadFacts parse(String json) {
    JsonNode facts = JsonMapper.shared().readTree(json);
    var penalties = new LinkedHashMap<String, List<Point>>();
    var accuracies = new LinkedHashMap<String, List<Point>>();
    var rates = new LinkedHashMap<String, List<Point>>();
    for (var model : facts.path("fig6_loss").properties()) {
      penalties.put(model.getKey(), overWidest(model.getValue(), 1));
    }
    for (var model : facts.path("fig6_acc").properties()) {
      accuracies.put(model.getKey(), overWidest(model.getValue(), 0.01));
    }
    for (var model : facts.path("fig9_lr").properties()) {
      List<Point> points = points(model.getValue());
      double width = points.getLast().x();
      rates.put(model.getKey(), points.stream().map(p -> Point.of(p.x() / width, p.y())).toList());
    }
    JsonNode losses = facts.path("fig6_loss").path(MODEL_OF_GAPS);
    List<Point> errors = points(facts.path("fig8_pythia1b_W_error_by_rank"));
    double full = points(losses).getLast().y();
    var gaps = new ArrayList<Point>();
    for (Point error : errors) {
      double loss = losses.path(Long.toString(Math.round(error.x()))).asDouble();
      gaps.add(Point.of(error.y(), loss - full));
    }
    gaps.sort(Comparator.comparingDouble(Point::x));
    return new RankHeadFacts(penalties, accuracies, rates, List.copyOf(gaps));
  }

  private static List<Point> overWidest(JsonNode byRank, double factor) {
    List<Point> points = points(byRank);
    Point widest = points.getLast();
    return points.stream()
        .map(p -> Point.of(p.x() / widest.x(), factor * (p.y() - widest.y())))
        .toList();
  }

  private static List<Point> points(JsonNode byRank) {
    return byRank.properties().stream()
        .map(p -> Point.of(Double.parseDouble(p.getKey()), p.getValue().asDouble()))
        .sorted(Comparator.comparingDouble(Point::x))
        .toList();
  }
}
