package dev.gatun.experiment;

import dev.gatun.io.TomlFile;
import dev.gatun.results.ExpectedValues;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What {@code results/sensitivity.toml} says: the smallest fault of each claim that is found. */
public record Sensitivity(List<Measured> faults) {
  private static final Path FILE = Path.of("..", "results", "sensitivity.toml");
  private static final TomlFile<Sensitivity> TOML =
      new TomlFile<>(Sensitivity.class, IllegalStateException::new);
  private static final String HEADER =
      """
      # The smallest fault of each claim that is found, measured by `make sensitivity` at the sizes of tests.
      # results/README.md explains the keys.
      """;

  /** Keeps a copy of the list. */
  public Sensitivity {
    faults = faults == null ? List.of() : List.copyOf(faults);
  }

  /**
   * A fault of growing size, and where it is found.
   *
   * @param seed the first
   * @param check by a bound of {@code results/expected/}
   * @param metric by a tolerance of {@code results/tolerances.toml}, beside the run without it
   */
  public record Measured(
      String claim,
      String fault,
      String unit,
      List<Double> sizes,
      long seed,
      Flip check,
      Flip metric) {}

  /**
   * Where a fault begins to be found.
   *
   * @param found smallest size that is; null if none is
   * @param unfound largest size that is not; null if all are
   * @param flips what flips there; null if nothing does
   * @param never why nothing ever does; null if something does
   */
  public record Flip(Double found, Double unfound, String flips, String never) {
    static Flip never(String why) {
      return new Flip(null, null, null, why);
    }
  }

  /** As it is stored; empty if nothing is. */
  public static Sensitivity stored() {
    try {
      return Files.exists(FILE)
          ? TOML.parse(FILE.toString(), Files.readString(FILE))
          : new Sensitivity(List.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is stored of a claim. */
  public Optional<Measured> of(String claim) {
    return faults.stream().filter(fault -> fault.claim().equals(claim)).findFirst();
  }

  /** Stores what was measured of a claim in place of what is there. */
  static void store(Measured measured) {
    Map<String, Measured> all = new LinkedHashMap<>();
    stored().faults().forEach(fault -> all.put(fault.claim(), fault));
    all.put(measured.claim(), measured);
    String text =
        ExpectedValues.shipped().claims().stream()
            .filter(claim -> all.containsKey(claim.claim()))
            .map(claim -> text(all.get(claim.claim())))
            .collect(Collectors.joining("", HEADER, ""));
    try {
      Files.writeString(FILE, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Measured m) {
    return """

    [[faults]]
    claim = "%s"
    fault = "%s"
    unit = "%s"
    sizes = %s
    seed = %s
    check = %s
    metric = %s
    """
        .formatted(m.claim, m.fault, m.unit, m.sizes, m.seed, text(m.check), text(m.metric));
  }

  private static String text(Flip flip) {
    if (flip.never != null) {
      return "{ never = \"%s\" }".formatted(flip.never);
    }
    String unfound = flip.unfound == null ? "" : "unfound = %s, ".formatted(flip.unfound);
    return "{ found = %s, %sflips = \"%s\" }".formatted(flip.found, unfound, flip.flips);
  }
}
