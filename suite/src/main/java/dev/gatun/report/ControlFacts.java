package dev.gatun.report;

import dev.gatun.report.chart.Point;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What arXiv 2608.16671 reports, as data: validation loss over the exact model's, in nats.
 *
 * @param backward x is the rank of the backward pass over the width
 * @param forward x is the rank of the head over the width
 * @param withoutOrthogonalPart x is the width
 */
record ControlFacts(List<Point> backward, List<Point> forward, List<Point> withoutOrthogonalPart) {

  /** The facts that ship with Gatun. */
  static ControlFacts shipped() {
    return parse(Resource.text(Resource.FACTS + "2608.16671-controls.json"));
  }

  static ControlFacts parse(String json) {
    JsonNode facts = JsonMapper.shared().readTree(json);
    var backward = new ArrayList<Point>();
    var forward = new ArrayList<Point>();
    for (JsonNode p : facts.path("rank_loss_over_exact")) {
      double share = p.path("rank").asDouble() / p.path("width").asDouble();
      var point =
          new Point(
              share,
              p.path("loss").asDouble(),
              p.path("low").asDouble(),
              p.path("high").asDouble());
      (p.path("pass").asString().equals("backward") ? backward : forward).add(point);
    }
    var without = new ArrayList<Point>();
    for (JsonNode p : facts.path("without_orthogonal_part_loss_over_exact")) {
      without.add(Point.of(p.path("width").asDouble(), p.path("loss").asDouble()));
    }
    return new ControlFacts(List.copyOf(backward), List.copyOf(forward), List.copyOf(without));
  }
}
