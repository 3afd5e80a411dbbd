package dev.gatun.report;

import dev.gatun.report.chart.Point;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Figure 7 of arXiv 2404.07647: W-error of 5-gram matrices of three corpora.
 *
 * @param llama with Llama-2's tokenizer; x is d over V
 * @param pythia with Pythia's tokenizer; x is d over V
 */
record NextTokenFacts(List<Point> llama, List<Point> pythia) {
  private static final double LLAMA_VOCABULARY = 32_000;
  private static final double PYTHIA_VOCABULARY = 50_254;

  /** The facts that ship with Gatun. */
  static NextTokenFacts shipped() {
    return parse(Resource.text(Resource.FACTS + "2404.07647-figures.json"));
  }

  static NextTokenFacts parse(String json) {
    JsonNode figure = JsonMapper.shared().readTree(json).path("fig7_W_error");
    return new NextTokenFacts(
        points(figure.path("llama2_tok"), LLAMA_VOCABULARY),
        points(figure.path("pythia_tok"), PYTHIA_VOCABULARY));
  }

  private static List<Point> points(JsonNode corpora, double vocabulary) {
    var points = new ArrayList<Point>();
    for (JsonNode corpus : corpora) {
      for (Map.Entry<String, JsonNode> point : corpus.properties()) {
        double d = Double.parseDouble(point.getKey());
        points.add(Point.of(d / vocabulary, point.getValue().asDouble()));
      }
    }
    points.sort(Comparator.comparingDouble(Point::x));
    return List.copyOf(points);
  }
}
