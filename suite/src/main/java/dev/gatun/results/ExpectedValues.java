package dev.gatun.results;

import dev.gatun.io.NearestName;
import dev.gatun.io.Resources;
import dev.gatun.io.TomlFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What evidence is judged against: the claims of {@code results/expected/}, in its index's order.
 */
public record ExpectedValues(List<ExpectedClaim> claims) {
  private static final String FOLDER = "/dev/gatun/results/expected/";
  private static final String INDEX = "index.txt";
  private static final Pattern NUMBER = Pattern.compile("\\d+");

  private static final TomlFile<ExpectedClaim> TOML =
      new TomlFile<>(ExpectedClaim.class, UnreadableResultsException::new);

  /** Keeps a copy of the list. */
  public ExpectedValues {
    claims = List.copyOf(claims);
  }

  /**
   * The values that ship with Gatun.
   *
   * @throws UnreadableResultsException if one is not well formed
   */
  public static ExpectedValues shipped() {
    List<ExpectedClaim> claims = new ArrayList<>();
    for (String name : Resources.text(FOLDER + INDEX).lines().toList()) {
      claims.add(TOML.parse(name, Resources.text(FOLDER + name)));
    }
    return new ExpectedValues(claims);
  }

  /**
   * One file, or every {@code .toml} file of a folder in the order of the names.
   *
   * @throws UnreadableResultsException naming the file, the key, and the nearest valid key
   */
  public static ExpectedValues load(Path path) {
    try {
      List<ExpectedClaim> claims = new ArrayList<>();
      for (Path file : tomlFiles(path)) {
        claims.add(TOML.parse(file.toString(), Files.readString(file)));
      }
      if (claims.isEmpty()) {
        throw new UnreadableResultsException("there are no expected values (*.toml) in " + path);
      }
      return new ExpectedValues(claims);
    } catch (IOException e) {
      throw new UnreadableResultsException(
          "cannot read expected values at " + path + ": " + e.getMessage(), e);
    }
  }

  /**
   * The values of one claim.
   *
   * @throws IllegalArgumentException naming the nearest claim there is
   */
  public ExpectedClaim of(String claim) {
    return claims.stream()
        .filter(c -> c.claim().equals(claim))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "unknown claim %s; the nearest is %s"
                    .formatted(
                        claim,
                        NearestName.of(
                            claim, claims.stream().map(ExpectedClaim::claim).toList()))));
  }

  /** Whether there are values for a claim. */
  public boolean expects(String claim) {
    return claims.stream().anyMatch(c -> c.claim().equals(claim));
  }

  /** Those of some claims alone, in the order given. */
  public ExpectedValues only(Collection<String> names) {
    return new ExpectedValues(names.stream().map(this::of).toList());
  }

  private static List<Path> tomlFiles(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (var files = Files.list(path)) {
      return files
          .filter(f -> f.toString().endsWith(".toml"))
          .sorted(Comparator.comparing(ExpectedValues::ordered))
          .toList();
    }
  }

  /** A name under which A10 comes after A9. */
  private static String ordered(Path file) {
    return NUMBER
        .matcher(file.getFileName().toString())
        .replaceAll(number -> "%04d".formatted(Integer.parseInt(number.group())));
  }
}
