package dev.gatun.report;

import dev.gatun.report.chart.Point;
import dev.gatun.results.Grade;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What arXiv 2603.10145 shows of the destroyed norm, as data.
 *
 * @param points x is D/V, y the destroyed share of the gradient norm
 */
record DestroyedNormFacts(Grade grade, List<Point> points) {

  /** The facts that ship with Gatun. */
  static DestroyedNormFacts shipped() {
    return parse(Resource.text(Resource.FACTS + "2603.10145-figures.json"));
  }

  static DestroyedNormFacts parse(String json) {
    JsonNode facts = JsonMapper.shared().readTree(json);
    var points = new ArrayList<Point>();
    for (JsonNode p : facts.path("destroyed_norm_over_d_over_v")) {
      points.add(Point.of(p.path("d_over_v").asDouble(), p.path("destroyed_norm").asDouble()));
    }
    String grade = facts.path("grade").asString().toUpperCase(Locale.ROOT);
    return new DestroyedNormFacts(Grade.valueOf(grade), List.copyOf(points));
  }
}
