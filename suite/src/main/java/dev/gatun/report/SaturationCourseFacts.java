package dev.gatun.report;

import dev.gatun.io.Ordered;
import dev.gatun.report.chart.Point;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Figures 2, 3 and 5 of arXiv 2404.07647 as data, read off the plots.
 *
 * @param anisotropy by family of models; x is the width, y the mean cosine in the last layer
 * @param beyondHalf by Pythia model, the share of training after which the mean cosine first passes
 *     0.5
 * @param entropy by Pythia model, its least and its last singular entropy; x is the share of
 *     training, y the entropy over ln D
 */
record SaturationCourseFacts(
    Map<String, List<Point>> anisotropy,
    Map<String, Double> beyondHalf,
    Map<String, List<Point>> entropy) {
  /** Errors of figure 5, relative. */
  private static final double ENTROPY_ERROR = 0.02;

  private static final double THOUSANDS_OF_STEPS = 143;

  /** Widths of the models (Biderman et al., arXiv 2304.01373). */
  private static final Map<String, Integer> PYTHIA =
      Ordered.map(
          Map.entry("14M", 128),
          Map.entry("31M", 256),
          Map.entry("70M", 512),
          Map.entry("160M", 768),
          Map.entry("410M", 1024),
          Map.entry("1B", 2048),
          Map.entry("1.4B", 2048));

  /** Widths of the models that share a value in figure 2, by its name for them. */
  private static final Map<String, List<Integer>> WIDTHS =
      Ordered.map(
          Map.entry("14M-70M", List.of(128, 256, 512)),
          Map.entry("160M", List.of(768)),
          Map.entry("410M", List.of(1024)),
          Map.entry("1B..6.9B", List.of(2048, 2560, 4096)),
          Map.entry("124M", List.of(768)),
          Map.entry("355M", List.of(1024)),
          Map.entry("774M/1.5B", List.of(1280, 1600)));

  /** The facts that ship with Gatun. */
  static SaturationCourseFacts shipped() {
    return parse(Resource.text(Resource.FACTS + "2404.07647-figures.json"));
  }

  static SaturationCourseFacts parse(String json) {
    JsonNode facts = JsonMapper.shared().readTree(json);
    JsonNode lastLayer = facts.path("fig2_last_layer_anisotropy");
    var anisotropy = new LinkedHashMap<String, List<Point>>();
    for (String family : List.of("Pythia", "GPT-2")) {
      var points = new ArrayList<Point>();
      for (var models : lastLayer.path(family).properties()) {
        for (int width : WIDTHS.get(models.getKey())) {
          points.add(point(width, models.getValue()));
        }
      }
      anisotropy.put(family, List.copyOf(points));
    }
    var beyondHalf = new LinkedHashMap<String, Double>();
    for (var model : facts.path("fig3_wikitext_word_ppl").properties()) {
      JsonNode thousands = model.getValue().path("aniso>0.5 first at k");
      if (thousands.isNumber()) {
        beyondHalf.put(model.getKey(), thousands.asDouble() / THOUSANDS_OF_STEPS);
      }
    }
    var entropy = new LinkedHashMap<String, List<Point>>();
    for (var model : facts.path("fig5_singular_KL").properties()) {
      JsonNode least = model.getValue().path("min");
      double most = Math.log(PYTHIA.get(model.getKey()));
      entropy.put(
          model.getKey(),
          List.of(
              entropy(least.path(1).asDouble() / THOUSANDS_OF_STEPS, least.path(0), most),
              entropy(1, model.getValue().path("final"), most)));
    }
    return new SaturationCourseFacts(anisotropy, beyondHalf, entropy);
  }

  /** A number, or two of them as a range. */
  private static Point point(double x, JsonNode value) {
    if (value.isNumber()) {
      return Point.of(x, value.asDouble());
    }
    String[] ends = value.asString().split("-");
    double low = Double.parseDouble(ends[0]);
    double high = Double.parseDouble(ends[1]);
    return new Point(x, (low + high) / 2, low, high);
  }

  private static Point entropy(double share, JsonNode nats, double most) {
    double y = nats.asDouble() / most;
    return new Point(share, y, y * (1 - ENTROPY_ERROR), y * (1 + ENTROPY_ERROR));
  }
}
