package dev.gatun.results;

import dev.gatun.io.Resources;
import dev.gatun.io.TomlFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** How near every metric must come on two machines: {@code results/tolerances.toml}. */
public record Tolerances(List<Tolerance> tolerances) {
  private static final String RESOURCE = "tolerances.toml";
  private static final TomlFile<Tolerances> TOML =
      new TomlFile<>(Tolerances.class, UnreadableResultsException::new);

  /** Keeps a copy of the list. */
  public Tolerances {
    tolerances = tolerances == null ? List.of() : List.copyOf(tolerances);
    if (tolerances.isEmpty()) {
      throw new IllegalArgumentException("there is no [[tolerances]] in it");
    }
  }

  /** The tolerances that ship with Gatun. */
  public static Tolerances shipped() {
    return TOML.parse(RESOURCE, Resources.text("/dev/gatun/results/" + RESOURCE));
  }

  /**
   * Those of a file.
   *
   * @throws UnreadableResultsException naming the file, the key, and the nearest valid key
   */
  public static Tolerances load(Path file) {
    try {
      return TOML.parse(file.toString(), Files.readString(file));
    } catch (IOException e) {
      throw new UnreadableResultsException(
          "cannot read tolerances at " + file + ": " + e.getMessage(), e);
    }
  }

  /** The first tolerance of a metric of a run at a step; a metric of C·W has that of W. */
  public Optional<Tolerance> of(Run run, String metric, long step) {
    String ofHead = CurveName.uncentred(metric);
    List<String> names = List.of(ofHead, CurveName.allPoints(ofHead));
    return tolerances.stream().filter(t -> t.isOf(run, names, step)).findFirst();
  }
}
