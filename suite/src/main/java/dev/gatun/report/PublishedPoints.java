package dev.gatun.report;

import dev.gatun.io.NearestName;
import dev.gatun.report.chart.Point;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Points that papers show, by the names that {@code results/figures.toml} has for them. */
final class PublishedPoints {
  private static final Map<String, List<Point>> POINTS = points();

  private PublishedPoints() {}

  static List<Point> of(String name) {
    List<Point> points = POINTS.get(name);
    if (points == null) {
      throw new IllegalArgumentException(
          "there are no published points %s; the nearest is %s"
              .formatted(name, NearestName.of(name, POINTS.keySet())));
    }
    return points;
  }

  private static Map<String, List<Point>> points() {
    var points = new LinkedHashMap<String, List<Point>>();
    var controls = ControlFacts.shipped();
    points.put("backward_rank", controls.backward());
    points.put("forward_rank", controls.forward());
    points.put("without_orthogonal_part", controls.withoutOrthogonalPart());
    SaturationCourseFacts.shipped()
        .anisotropy()
        .forEach((family, of) -> points.put("anisotropy_by_width." + family, of));
    var heads = RankHeadFacts.shipped();
    heads.penalties().forEach((model, of) -> points.put("rank_penalty." + model, of));
    heads.accuracies().forEach((model, of) -> points.put("rank_accuracy." + model, of));
    heads.rates().forEach((model, of) -> points.put("rank_rate." + model, of));
    points.put("rank_penalty_over_w_error", heads.gaps());
    var nextToken = NextTokenFacts.shipped();
    points.put("next_token_w_error.llama", nextToken.llama());
    points.put("next_token_w_error.pythia", nextToken.pythia());
    return points;
  }
}
