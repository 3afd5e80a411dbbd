package dev.gatun.claims.saturation;

import dev.gatun.io.Ordered;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What figure 5 of arXiv 2404.07647 gives of the singular entropy of a Pythia model's head.
 *
 * @param model as {@code 70M}
 * @param width D (Biderman et al., arXiv 2304.01373)
 * @param minimumStep training step of the least entropy
 * @param minimum that entropy, in nats
 * @param last entropy at the end of training, in nats
 */
record PublishedEntropy(String model, int width, long minimumStep, double minimum, double last) {
  /** Where the figure ends. */
  static final long LAST_STEP = 143_000;

  /** How exactly an entropy could be read off the figure. */
  static final double RELATIVE_ERROR = 0.02;

  private static final String FACTS = "/dev/gatun/results/facts/2404.07647-figures.json";

  private static final Map<String, Integer> WIDTHS =
      Ordered.map(
          Map.entry("14M", 128),
          Map.entry("31M", 256),
          Map.entry("70M", 512),
          Map.entry("160M", 768),
          Map.entry("410M", 1024),
          Map.entry("1B", 2048),
          Map.entry("1.4B", 2048));

  /** The published numbers that ship with Gatun. */
  static List<PublishedEntropy> shipped() {
    try (InputStream json = PublishedEntropy.class.getResourceAsStream(FACTS)) {
      if (json == null) {
        throw new IllegalStateException("this build lacks " + FACTS + ": build it again");
      }
      return JsonMapper.shared().readTree(json).path("fig5_singular_KL").properties().stream()
          .map(model -> of(model.getKey(), model.getValue()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + FACTS, e);
    }
  }

  private static PublishedEntropy of(String model, JsonNode points) {
    JsonNode minimum = points.path("min");
    return new PublishedEntropy(
        model,
        WIDTHS.get(model),
        Math.round(1000 * minimum.path(1).asDouble()),
        minimum.path(0).asDouble(),
        points.path("final").asDouble());
  }

  /** As in {@code pythia-70m}. */
  String arm() {
    return "pythia-" + model.toLowerCase(Locale.ROOT);
  }

  /** The rule, on the two points that the figure gives; what came before them is not known. */
  SpectralCollapse collapse() {
    return new SpectralCollapse(minimumStep, minimum, Double.NaN, last - minimum);
  }
}
