package dev.gatun.facts;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A language model of a published family. Other facts refer to it by {@link #name}.
 *
 * @param family as {@code Pythia}
 * @param size as {@code 70M}
 * @param parameters nominal number N
 * @param width D
 * @param layers blocks
 * @param names of its repositories on the hub, without their owners and in lower case
 */
public record PublishedModel(
    String family, String size, double parameters, int width, int layers, List<String> names) {

  /** As the models' own file has it. */
  @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
  public PublishedModel {}

  private record Models(List<PublishedModel> models) {
    private static final Models SHIPPED = FactsFile.json("models.json", Models.class);
  }

  /** Every model that the papers measure. */
  public static List<PublishedModel> all() {
    return Models.SHIPPED.models;
  }

  /**
   * The model of a name in a file of facts.
   *
   * @throws IllegalArgumentException if no model has it
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static PublishedModel named(String name) {
    return Models.SHIPPED.models.stream()
        .filter(model -> model.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("models.json has no model " + name));
  }

  /**
   * The model that a name begins with, whatever its capitals, as in {@code pythia-70m} and {@code
   * pythia-70m-deduped}.
   */
  public static Optional<PublishedModel> of(String name) {
    String lower = name.toLowerCase(Locale.ROOT) + "-";
    return Models.SHIPPED.models.stream()
        .filter(model -> lower.startsWith(model.name().toLowerCase(Locale.ROOT) + "-"))
        .findFirst();
  }

  /** As in {@code Pythia-70m}. */
  public String name() {
    return family + "-" + size.toLowerCase(Locale.ROOT);
  }
}
