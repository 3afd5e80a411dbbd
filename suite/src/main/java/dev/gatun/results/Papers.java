package dev.gatun.results;

import dev.gatun.io.Resources;
import dev.gatun.io.TomlFile;
import java.util.List;

/**
 * The papers whose claims are measured: {@code results/papers.toml}.
 *
 * @param opening what was asked and what came out, in a few sentences that name checks as {@code
 *     A6.cause}
 */
public record Papers(List<Remark> opening, List<Paper> papers) {
  private static final String RESOURCE = "papers.toml";
  private static final TomlFile<Papers> TOML =
      new TomlFile<>(Papers.class, UnreadableResultsException::new);

  /** Keeps copies of the lists. */
  public Papers {
    opening = opening == null ? List.of() : List.copyOf(opening);
    papers = papers == null ? List.of() : List.copyOf(papers);
  }

  /**
   * The papers that ship with Gatun.
   *
   * @throws IllegalArgumentException if one names a claim or a check that there is not
   */
  public static Papers shipped() {
    Papers papers = TOML.parse(RESOURCE, Resources.text("/dev/gatun/results/" + RESOURCE));
    ExpectedValues expected = ExpectedValues.shipped();
    Paper.requireKnown("the opening", papers.opening(), expected);
    papers.papers().forEach(paper -> paper.requireKnown(expected));
    return papers;
  }
}
