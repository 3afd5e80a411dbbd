package dev.gatun.results;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Numbers published elsewhere, shipped as {@code results/facts/}; see its README for sources. */
public final class PublishedFacts {
  /** Values of the figures of arXiv 2404.07647, as JSON. */
  public static final String FIGURES_2404_07647 = "2404.07647-figures.json";

  /** Zero-shot results of the Pythia models, as CSV: model,step,task,metric,value,stderr. */
  public static final String PYTHIA_ZERO_SHOT = "pythia-zero-shot.csv";

  private PublishedFacts() {}

  /** The text of one of the files above. */
  public static String read(String name) {
    try (var stream = PublishedFacts.class.getResourceAsStream("facts/" + name)) {
      if (stream == null) {
        throw new IllegalArgumentException("there are no published facts named " + name);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the resource facts/" + name, e);
    }
  }
}
